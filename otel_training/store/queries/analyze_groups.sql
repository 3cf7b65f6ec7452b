-- Extractions, how good they are and what readers made of them: of all, and of each topic, model, prompt version, day and
-- whole score. `kind` is which of these `name` is one of, '' for all.
-- Votes count once of the same insights extracted again from the same source: at the latest of these.
-- `examples` are the distinct ones that the export takes (funnel.sql says how); `recent...` are of the last seven days.
-- `correlation` is Spearman's, of the score and the likes' share of the votes: NULL where either is the same for all.
-- Parameters: min_quality, net_above, min_viewers, and those of doubted.sql.
WITH
    is_sample AND extraction_id GLOBAL IN (SELECT argMax(extraction_id, ts) FROM examples FINAL WHERE is_sample GROUP BY duplicate_key)
        AS is_latest,
    is_latest AND quality_score IS NOT NULL AND e.likes + e.dismissals > 0 AS is_voted,
    has_text AND outcome = 'ok' AND (has_content OR call_event_id != '')
        AND duplicate_key GLOBAL NOT IN (SELECT duplicate_key FROM v_decisions WHERE decision = 0)
        AND (
            is_corrected
            OR duplicate_key GLOBAL IN (SELECT duplicate_key FROM v_decisions WHERE decision = 1)
            OR (
                quality_score >= {min_quality:Float64} AND trusted_net > {net_above:Float64}
                AND e.trusted_viewers >= {min_viewers:UInt64}
            )
        ) AS is_example
SELECT
    multiIf(
        grouping(topic) = 0, 'topic', grouping(model) = 0, 'model', grouping(prompt_version) = 0, 'prompt_version',
        grouping(day) = 0, 'day', grouping(score) = 0, 'score', ''
    ) AS kind,
    multiIf(
        kind = 'topic', topic, kind = 'model', model, kind = 'prompt_version', prompt_version, kind = 'day', day,
        kind = 'score', score, ''
    ) AS name,
    count() AS extractions,
    countIf(outcome != 'ok') AS failed,
    countIf(is_sample) AS samples,
    uniqExactIf(duplicate_key, is_example) AS examples,
    round(avgOrNullIf(quality_score, is_sample), 2) AS quality,
    countIf(is_sample AND quality_score IS NOT NULL) AS scored,
    countIf(is_sample AND quality_score >= {min_quality:Float64}) AS good,
    countIf(is_sample AND passed_filters IS NOT NULL) AS judged,
    countIf(is_sample AND passed_filters) AS passed,
    countIf(is_sample AND call_event_id != '') AS prompted,
    countIf(is_sample AND e.viewers > 0) AS reached,
    countIf(is_sample AND (quality_score IS NOT NULL OR passed_filters IS NOT NULL OR e.likes + e.dismissals > 0)) AS checkable,
    sumIf(e.likes, is_latest) AS likes,
    sumIf(e.dismissals, is_latest) AS dismissals,
    sumIf(e.bookmarks, is_latest) AS bookmarks,
    sumIf(e.shares, is_latest) AS shares,
    round(avgOrNullIf(e.viewers, is_sample), 1) AS mean_viewers,
    countIf(is_recent) AS recent,
    countIf(is_sample AND is_recent) AS recent_samples,
    uniqExactIf(duplicate_key, is_example AND is_recent) AS recent_examples,
    countIf(is_voted) AS voted,
    if(isFinite(rankCorrIf(assumeNotNull(quality_score), e.likes / (e.likes + e.dismissals), is_voted) AS r), r, NULL) AS correlation,
    toString(minOrNull(toDate(ts))) AS first,
    toString(maxOrNull(toDate(ts))) AS last
FROM (
    SELECT
        * EXCEPT quality_score,
        -- What other programs sent may be no number.
        if(isFinite(q.quality_score), q.quality_score, NULL) AS quality_score,
        toString(toDate(ts)) AS day,
        if(quality_score IS NULL, '', toString(toInt32(floor(least(10., greatest(0., assumeNotNull(quality_score))))))) AS score,
        ts >= now() - INTERVAL 7 DAY AS is_recent
    FROM (
/*{counted}*/
    ) AS q
) AS e
GROUP BY GROUPING SETS ((), (topic), (model), (prompt_version), (day), (score))
ORDER BY kind, if(kind = 'day', name, '') DESC, extractions DESC, name
LIMIT 500 BY kind

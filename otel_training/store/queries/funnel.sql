-- How many extractions are left after each filter of the export, in its order, and how many a filter
-- drops that has no data of them: no prompt, no model, no score, no reader. And which topics, models and versions there are.
-- Parameters: those of chosen.sql; extraction_id, to look at one alone, '' for all.
WITH
    -- A text that was not recorded, by content=none, has a digest.
    outcome = 'ok' AND has_text AS is_answered,
    is_answered AND (has_content OR call_event_id != '') AS is_prompted,
    is_prompted AND (empty({topics:Array(String)}) OR has({topics:Array(String)}, topic)) AS is_topical,
    is_topical AND (empty({models:Array(String)}) OR has({models:Array(String)}, model)) AS is_of_model,
    is_of_model
        AND (empty({prompt_versions:Array(String)}) OR has({prompt_versions:Array(String)}, prompt_version)) AS is_of_version,
    is_of_version AND toUnixTimestamp(ts) >= {since:Int64} AND toUnixTimestamp(ts) < {until:Int64} AS is_timely,
    is_timely
        AND (
            NOT {whole:Bool}
            OR call_event_id != ''
            OR extraction_id GLOBAL NOT IN (SELECT extraction_id FROM extractions WHERE source_truncated AND {whole:Bool})
        ) AS is_whole,
    is_whole
        AND NOT arrayExists(
            s -> source_url = s OR startsWith(source_url, concat(s, '/')) OR startsWith(source_url, concat(s, '?'))
                OR domain(source_url) = s OR endsWith(domain(source_url), concat('.', s)),
            {opted_out_sources:Array(String)}
        ) AS is_permitted,
    is_permitted AND duplicate_key GLOBAL NOT IN (SELECT duplicate_key FROM v_decisions WHERE decision = 0) AS is_kept,
    is_corrected OR duplicate_key GLOBAL IN (SELECT duplicate_key FROM v_decisions WHERE decision = 1) AS is_vouched,
    is_kept AND (is_vouched OR {no_score:Bool} OR coalesce(quality_score >= {min_quality:Float64}, false)) AS is_good,
    is_good
        AND (is_vouched OR if(
            {min_bound:Float64} < 0,
            net > {net_above:Float64},
            likes > 0
            AND (
                likes + 1.9208 - 1.96 * sqrt(likes * dismissals / (likes + dismissals) + 0.9604)
            ) / (likes + dismissals + 3.8416) >= {min_bound:Float64}
        )) AS is_liked,
    is_liked AND (is_vouched OR viewers >= {min_viewers:UInt64}) AS is_seen,
    -- What of it stands without the votes that are not counted, and what passes only then.
    is_good
        AND (is_vouched OR (
            trusted_viewers >= {min_viewers:UInt64}
            AND if(
                {min_bound:Float64} < 0,
                trusted_net > {net_above:Float64},
                trusted_likes > 0
                AND (
                    trusted_likes + 1.9208
                    - 1.96 * sqrt(trusted_likes * trusted_dismissals / (trusted_likes + trusted_dismissals) + 0.9604)
                ) / (trusted_likes + trusted_dismissals + 3.8416) >= {min_bound:Float64}
            )
        )) AS is_trusted
SELECT
    count() AS captured,
    countIf(is_answered) AS answered,
    countIf(is_prompted) AS prompted,
    countIf(is_topical) AS topical,
    countIf(is_of_model) AS of_model,
    countIf(is_of_version) AS of_version,
    countIf(is_timely) AS timely,
    countIf(is_whole) AS whole,
    countIf(is_permitted) AS permitted,
    countIf(is_kept) AS kept,
    countIf(is_good) AS good,
    countIf(is_liked) AS liked,
    countIf(is_seen) AS seen,
    countIf(is_trusted) AS trusted,
    uniqExactIf(duplicate_key, is_trusted) AS distinct,
    countIf(is_answered AND NOT is_prompted) AS unprompted,
    countIf(is_prompted AND NOT is_topical AND topic = '') AS topicless,
    countIf(is_topical AND NOT is_of_model AND model = '') AS modelless,
    countIf(is_of_model AND NOT is_of_version AND prompt_version = '') AS versionless,
    countIf(is_kept AND NOT is_good AND quality_score IS NULL) AS unscored,
    countIf(is_good AND NOT is_liked AND viewers = 0) AS unreached,
    countIf(is_liked AND NOT is_seen AND viewers = 0) AS unseen,
    countIf(is_trusted AND NOT is_seen) AS restored,
    topKIf(10)(topic, is_prompted AND topic != '') AS topics_there,
    topKIf(10)(model, is_topical AND model != '') AS models_there,
    topKIf(10)(prompt_version, is_of_model AND prompt_version != '') AS prompt_versions_there
FROM (
/*{counted}*/
)
WHERE {extraction_id:String} IN ('', extraction_id)

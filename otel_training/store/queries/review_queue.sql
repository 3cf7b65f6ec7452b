-- What is most worth a reviewer's look, first; of exact duplicates one, and none that this reviewer has decided.
-- Parameters: reviewer, a pseudonym; min_quality and net_above, the export's; limit; and those of doubted.sql.
-- Result: extraction_id, what brought it up (`reasons`), and its figures. A colleague's decision puts a row behind those
-- that nobody has seen, from where it comes up for a second opinion.
WITH
    decided AS (SELECT extraction_id, reviewer FROM v_reviews),
    reviewed AS (
        SELECT extraction_id, topic, duplicate_key
        FROM (SELECT * FROM examples FINAL)
        WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM decided)
    )
SELECT
    extraction_id,
    topic,
    quality_score,
    trusted_net AS net,
    trusted_viewers AS viewers,
    cost,
    call_event_id,
    duplicate_key GLOBAL IN (SELECT duplicate_key FROM reviewed) AS is_seen,
    coalesce(
        (quality_score >= {min_quality:Float64} AND trusted_net < 0)
        OR (quality_score < {min_quality:Float64} AND trusted_net > {net_above:Float64}),
        false
    ) AS is_disputed,
    coalesce(abs(quality_score - {min_quality:Float64}) <= 1, false) AS is_near,
    topic GLOBAL NOT IN (SELECT topic FROM reviewed) AND (SELECT count() FROM reviewed) > 0 AS is_new_topic,
    extraction_id GLOBAL IN (
        SELECT extraction_id
        FROM (SELECT extraction_id, ts, fields FROM evaluations FINAL WHERE judge = 'refresh' AND error = '')
        GROUP BY extraction_id
        HAVING argMax(fields['text'], ts) < 0.5
    ) AS is_otherwise,
    arrayFilter(r -> r != '', [
        if(is_seen, 'a second opinion', ''),
        if(is_disputed, 'score and readers disagree', ''),
        if(is_otherwise, 'today\'s model answers otherwise', ''),
        if(is_near, 'near the threshold', ''),
        if(is_new_topic, 'first of its topic', ''),
        if(call_event_id = '', 'prompt not captured', '')
    ]) AS reasons
FROM (
/*{counted}*/
)
WHERE outcome = 'ok'
    AND has_text
    AND NOT is_bare
    AND (has_content OR call_event_id != '')
    AND duplicate_key GLOBAL NOT IN (
        SELECT duplicate_key
        FROM reviewed
        WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM decided WHERE reviewer = {reviewer:String})
    )
ORDER BY is_seen, is_otherwise DESC, 4 * is_disputed + 3 * is_near + 2 * is_new_topic + (call_event_id = '') DESC, ts DESC, extraction_id
LIMIT 1 BY duplicate_key
LIMIT {limit:UInt64}

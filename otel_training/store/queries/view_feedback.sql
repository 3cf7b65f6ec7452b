-- Readers' actions as they came, in the spec's own record format; the user id is the pseudonym. Each with the insight that its
-- id named then, and of that the extraction which the reader most likely saw: the latest before.
-- Parameters: limit, how many of the newest.
WITH
    page AS (
        SELECT event_id, ts, service, insight_id, action, user_hash, imported_line
        FROM feedback FINAL
        ORDER BY ts DESC, imported_line DESC, event_id DESC
        LIMIT {limit:UInt64}
    ),
    named AS (SELECT id, names FROM aliases FINAL WHERE id GLOBAL IN (SELECT insight_id FROM page)),
    o.occurrences[greatest(1, arrayLastIndex(p -> p.1 <= f.ts, o.occurrences))] AS seen
SELECT
    ts AS timestamp,
    insight_id,
    action,
    CAST(tuple(nullIf(user_hash, '')), 'Tuple(user_id Nullable(String))') AS metadata,
    'feedback' AS stage,
    nullIf(seen.2, '') AS extraction_id,
    if(seen.2 = '', NULL, seen.3) AS insight_index,
    nullIf(service, '') AS service,
    event_id,
    imported_line > 0 AS imported
FROM (
    SELECT p.*, a.names[greatest(1, arrayLastIndex(n -> n.1 <= p.ts, a.names))].2[1] AS insight
    FROM page AS p
    GLOBAL LEFT JOIN named AS a ON a.id = p.insight_id
) AS f
GLOBAL LEFT JOIN (
/*{occurrences}*/
) AS o ON o.derived_id = f.insight
ORDER BY ts, imported_line, event_id
SETTINGS date_time_output_format = 'iso'

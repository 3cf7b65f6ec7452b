-- What readers were shown, one row for each answer of the feed; the user id is the pseudonym. Of each id, too, for which
-- insight it stood then.
-- Parameters: limit, how many of the newest.
WITH
    -- Far enough back, though some of these came several times.
    (
        SELECT coalesce(min(ts), toDateTime64(0, 9, 'UTC'))
        FROM (
            SELECT ts FROM impressions WHERE position = 0 ORDER BY ts DESC
            LIMIT 1 OFFSET {limit:UInt64} * 4
        )
    ) AS oldest,
    page AS (
        SELECT DISTINCT event_id, ts
        FROM impressions
        WHERE position = 0 AND ts >= oldest
        ORDER BY ts DESC, event_id DESC
        LIMIT {limit:UInt64}
    ),
    shown AS (
        SELECT event_id, position, ts, service, insight_id, user_hash
        FROM impressions
        WHERE ts >= (SELECT min(ts) FROM page) AND event_id GLOBAL IN (SELECT event_id FROM page)
        LIMIT 1 BY event_id, position
    ),
    named AS (SELECT id, names FROM aliases FINAL WHERE id GLOBAL IN (SELECT insight_id FROM shown)),
    o.occurrences[greatest(1, arrayLastIndex(p -> p.1 <= f.ts, o.occurrences))] AS seen
SELECT
    any(ts) AS timestamp,
    arrayMap(p -> p.2, arraySort(groupArray((position, insight_id, seen.2, seen.3))) AS places) AS insight_ids,
    CAST(tuple(nullIf(any(user_hash), '')), 'Tuple(user_id Nullable(String))') AS metadata,
    'impression' AS stage,
    arrayMap(p -> nullIf(p.3, ''), places) AS extraction_ids,
    arrayMap(p -> if(p.3 = '', NULL, p.4), places) AS insight_indexes,
    nullIf(any(service), '') AS service,
    event_id
FROM (
    SELECT s.*, a.names[greatest(1, arrayLastIndex(n -> n.1 <= s.ts, a.names))].2[1] AS insight
    FROM shown AS s
    GLOBAL LEFT JOIN named AS a ON a.id = s.insight_id
) AS f
GLOBAL LEFT JOIN (
/*{occurrences}*/
) AS o ON o.derived_id = f.insight
GROUP BY event_id
ORDER BY timestamp, event_id
SETTINGS date_time_output_format = 'iso'

-- What readers were shown, one row for each answer of the feed; the user id is the pseudonym. Of each id, too, for which
-- insight it stood then.
-- Parameters: skip, rows to leave out from the oldest on.
SELECT
    any(ts) AS timestamp,
    arrayMap(p -> p.2, arraySort(groupUniqArray((position, insight_id, extraction_id, insight_index))) AS shown)
        AS insight_ids,
    CAST(tuple(nullIf(any(user_hash), '')), 'Tuple(user_id Nullable(String))') AS metadata,
    'impression' AS stage,
    arrayMap(p -> nullIf(p.3, ''), shown) AS extraction_ids,
    arrayMap(p -> if(p.3 = '', NULL, p.4), shown) AS insight_indexes,
    nullIf(any(service), '') AS service,
    event_id
FROM v_impressions
GROUP BY event_id
ORDER BY timestamp, event_id
LIMIT 18446744073709551615 OFFSET {skip:UInt64}
SETTINGS date_time_output_format = 'iso'

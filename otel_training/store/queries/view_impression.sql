-- What readers were shown, one row for each answer of the feed; the user id is the pseudonym.
-- Parameters: skip, rows to leave out from the oldest on.
SELECT
    any(ts) AS timestamp,
    arrayMap(p -> p.2, arraySort(groupUniqArray((position, insight_id)))) AS insight_ids,
    CAST(tuple(nullIf(any(user_hash), '')), 'Tuple(user_id Nullable(String))') AS metadata,
    'impression' AS stage,
    nullIf(any(service), '') AS service,
    event_id
FROM impressions
GROUP BY event_id
ORDER BY timestamp, event_id
LIMIT 18446744073709551615 OFFSET {skip:UInt64}
SETTINGS date_time_output_format = 'iso'

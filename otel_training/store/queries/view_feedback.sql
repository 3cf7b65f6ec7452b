-- Readers' actions as they came, in the spec's own record format; the user id is the pseudonym.
-- Parameters: skip, rows to leave out from the oldest on.
SELECT
    ts AS timestamp,
    insight_id,
    action,
    CAST(tuple(nullIf(user_hash, '')), 'Tuple(user_id Nullable(String))') AS metadata,
    'feedback' AS stage,
    nullIf(f.extraction_id, '') AS extraction_id,
    if(f.extraction_id = '', NULL, f.insight_index) AS insight_index,
    nullIf(service, '') AS service,
    event_id,
    imported_line > 0 AS imported
FROM v_feedback AS f
ORDER BY ts, imported_line, event_id
LIMIT 18446744073709551615 OFFSET {skip:UInt64}
SETTINGS date_time_output_format = 'iso'

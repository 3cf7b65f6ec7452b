-- What people said the answers should have been.
-- Parameters: skip, rows to leave out from the oldest on.
SELECT
    ts AS timestamp,
    'correction' AS stage,
    extraction_id,
    insights AS extracted_insights,
    evaluator_kind,
    nullIf(service, '') AS service,
    event_id
FROM (SELECT * FROM corrections FINAL)
ORDER BY ts, event_id
LIMIT 18446744073709551615 OFFSET {skip:UInt64}
SETTINGS date_time_output_format = 'iso'

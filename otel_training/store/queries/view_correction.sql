-- What people said the answers should have been.
-- Parameters: limit, how many of the newest.
SELECT
    ts AS timestamp,
    'correction' AS stage,
    extraction_id,
    insights AS extracted_insights,
    evaluator_kind,
    nullIf(service, '') AS service,
    event_id
FROM (SELECT * FROM corrections FINAL ORDER BY ts DESC, event_id DESC LIMIT {limit:UInt64})
ORDER BY ts, event_id
SETTINGS date_time_output_format = 'iso'

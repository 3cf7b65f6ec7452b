-- What candidates answered beside, shown to nobody, with the calls of models that it took.
-- Parameters: limit, how many of the newest.
SELECT
    ts AS timestamp,
    'shadow' AS stage,
    experiment,
    arm,
    nullIf(candidate, '') AS candidate,
    nullIf(unit, '') AS unit,
    nullIf(extraction_id, '') AS extraction_id,
    arrayMap(i -> CAST((i.text, i.category), 'Tuple(text String, category Nullable(String))'), insights)
        AS extracted_insights,
    quality_score,
    arrayMap(i -> i.insight_id, insights) AS insight_ids,
    outcome,
    nullIf(error_type, '') AS error_type,
    duration,
    calls,
    simulated,
    nullIf(service, '') AS service,
    event_id
FROM (SELECT * FROM shadows FINAL ORDER BY ts DESC, event_id DESC LIMIT {limit:UInt64})
ORDER BY ts, event_id
SETTINGS date_time_output_format = 'iso'

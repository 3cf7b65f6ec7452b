-- Calls of experiments: which arm each source belongs to, and which answered.
-- Parameters: limit, how many of the newest.
SELECT
    ts AS timestamp,
    'assignment' AS stage,
    experiment,
    arm,
    nullIf(flag_reason, '') AS flag_reason,
    nullIf(served, '') AS served,
    nullIf(decision, '') AS decision,
    nullIf(reason, '') AS reason,
    nullIf(candidate, '') AS candidate,
    nullIf(unit, '') AS unit,
    nullIf(weights, '') AS weights,
    nullIf(extraction_id, '') AS extraction_id,
    nullIf(attempt_id, '') AS attempt_id,
    outcome,
    duration,
    simulated,
    nullIf(service, '') AS service,
    event_id
FROM (SELECT * FROM assignments FINAL ORDER BY ts DESC, event_id DESC LIMIT {limit:UInt64})
ORDER BY ts, event_id
SETTINGS date_time_output_format = 'iso'

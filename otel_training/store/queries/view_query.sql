-- Searches: what was asked and how good the sources were; the user id is the pseudonym.
-- Parameters: limit, how many of the newest.
SELECT
    ts AS timestamp,
    'query' AS stage,
    query,
    result_count,
    quality_mean,
    quality_min,
    pass_ratio,
    CAST(tuple(nullIf(user_hash, '')), 'Tuple(user_id Nullable(String))') AS metadata,
    outcome,
    nullIf(error_type, '') AS error_type,
    duration,
    nullIf(task, '') AS task,
    nullIf(service, '') AS service,
    event_id
FROM (SELECT * FROM queries FINAL ORDER BY ts DESC, event_id DESC LIMIT {limit:UInt64})
ORDER BY ts, event_id
SETTINGS date_time_output_format = 'iso'

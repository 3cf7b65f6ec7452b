-- Types the assignments.
CREATE MATERIALIZED VIEW IF NOT EXISTS assignments_mv /*{on_cluster}*/ TO assignments AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['feature_flag.key'] AS experiment,
    LogAttributes['feature_flag.result.variant'] AS arm,
    LogAttributes['feature_flag.result.reason'] AS flag_reason,
    LogAttributes['training.route.served'] AS served,
    LogAttributes['training.route.decision'] AS decision,
    LogAttributes['training.route.reason'] AS reason,
    LogAttributes['training.route.candidate'] AS candidate,
    LogAttributes['training.route.unit'] AS unit,
    LogAttributes['training.route.weights'] AS weights,
    LogAttributes['training.extraction.id'] AS extraction_id,
    LogAttributes['training.route.attempt.id'] AS attempt_id,
    LogAttributes['training.outcome'] AS outcome,
    toFloat64OrNull(LogAttributes['training.duration']) AS duration,
    LogAttributes['training.simulated'] = 'true' AS simulated
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'assignment' AND LogAttributes['training.event.id'] != ''

-- Types the scores.
CREATE MATERIALIZED VIEW IF NOT EXISTS scores_mv /*{on_cluster}*/ TO scores AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.score.target'] AS target_id,
    LogAttributes['training.score.name'] AS name,
    toFloat64OrZero(LogAttributes['training.score.value']) AS value
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'score' AND LogAttributes['training.event.id'] != ''
    AND toFloat64OrNull(LogAttributes['training.score.value']) IS NOT NULL

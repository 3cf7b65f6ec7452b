-- Types the decisions: the scores of this name that a person gave; an app's own score may have the name, too.
CREATE MATERIALIZED VIEW IF NOT EXISTS reviews_mv /*{on_cluster}*/ TO reviews AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.score.target'] AS extraction_id,
    LogAttributes['user.hash'] AS reviewer,
    toInt8(sign(toFloat64OrZero(LogAttributes['training.score.value']))) AS decision
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'score'
    AND LogAttributes['training.score.name'] = 'review'
    AND LogAttributes['training.evaluator.kind'] = 'HUMAN'
    AND LogAttributes['user.hash'] != ''
    AND LogAttributes['training.event.id'] != ''
    AND isFinite(toFloat64OrNull(LogAttributes['training.score.value']))

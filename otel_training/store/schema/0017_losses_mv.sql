-- Types the losses.
CREATE MATERIALIZED VIEW IF NOT EXISTS losses_mv /*{on_cluster}*/ TO losses AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.loss.reason'] AS reason,
    toUInt64OrZero(LogAttributes['training.loss.count']) AS count
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'loss' AND LogAttributes['training.event.id'] != ''

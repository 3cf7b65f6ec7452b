-- Types the losses of requests.
CREATE MATERIALIZED VIEW IF NOT EXISTS route_losses_mv /*{on_cluster}*/ TO route_losses AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.loss.reason'] AS reason,
    LogAttributes['training.loss.route'] AS route,
    LogAttributes['training.loss.detail'] AS detail,
    toUInt64OrZero(LogAttributes['training.loss.count']) AS count
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'loss'
    AND LogAttributes['training.event.id'] != ''
    AND LogAttributes['training.loss.route'] != ''

-- Types the queries.
CREATE MATERIALIZED VIEW IF NOT EXISTS queries_mv /*{on_cluster}*/ TO queries AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.task.name'] AS task,
    JSONExtract(Body, 'training.input', 'Nullable(String)') AS query,
    toUInt64OrNull(LogAttributes['training.query.result_count']) AS result_count,
    toFloat64OrNull(LogAttributes['training.source.quality.mean']) AS quality_mean,
    toFloat64OrNull(LogAttributes['training.source.quality.min']) AS quality_min,
    toFloat64OrNull(LogAttributes['training.source.quality.pass_ratio']) AS pass_ratio,
    toFloat64OrNull(LogAttributes['training.duration']) AS duration,
    LogAttributes['training.outcome'] AS outcome,
    LogAttributes['error.type'] AS error_type,
    LogAttributes['user.hash'] AS user_hash,
    LogAttributes['training.user.key_id'] AS user_key_id,
    TraceId AS trace_id,
    SpanId AS span_id
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'query' AND LogAttributes['training.event.id'] != ''

-- Explodes impression events into one row for each insight shown; positions count from 0.
CREATE MATERIALIZED VIEW IF NOT EXISTS impressions_mv /*{on_cluster}*/ TO impressions AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    shown AS insight_id,
    place - 1 AS position,
    LogAttributes['user.hash'] AS user_hash,
    LogAttributes['training.user.key_id'] AS user_key_id,
    TraceId AS trace_id,
    SpanId AS span_id
FROM otel_logs
ARRAY JOIN
    JSONExtract(LogAttributes['training.insight.ids'], 'Array(String)') AS shown,
    arrayEnumerate(JSONExtract(LogAttributes['training.insight.ids'], 'Array(String)')) AS place
WHERE LogAttributes['training.kind'] = 'impression' AND LogAttributes['training.event.id'] != ''

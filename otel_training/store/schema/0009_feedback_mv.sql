-- Types the readers' actions.
CREATE MATERIALIZED VIEW IF NOT EXISTS feedback_mv /*{on_cluster}*/ TO feedback AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.insight.id'] AS insight_id,
    LogAttributes['training.feedback.action'] AS action,
    LogAttributes['user.hash'] AS user_hash,
    LogAttributes['training.user.key_id'] AS user_key_id,
    toUInt64OrZero(LogAttributes['training.imported.line']) AS imported_line,
    TraceId AS trace_id,
    SpanId AS span_id
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'feedback' AND LogAttributes['training.event.id'] != ''

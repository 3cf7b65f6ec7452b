-- Notes by when what readers see and do.
CREATE MATERIALIZED VIEW IF NOT EXISTS reader_events_by_time_mv /*{on_cluster}*/ TO reader_events_by_time AS
WITH LogAttributes['training.kind'] = 'feedback' AS is_action
SELECT
    Timestamp AS ts,
    LogAttributes['training.event.id'] AS event_id,
    is_action,
    ServiceName AS service,
    if(is_action, LogAttributes['training.feedback.action'], '') AS action,
    if(is_action, 0, length(JSONExtract(LogAttributes['training.insight.ids'], 'Array(String)'))) AS shown,
    if(LogAttributes['user.hash'] = '', 0, sipHash64(LogAttributes['user.hash'])) AS reader
FROM otel_logs
WHERE LogAttributes['training.kind'] IN ('feedback', 'impression') AND LogAttributes['training.event.id'] != ''
    AND (is_action OR shown > 0)

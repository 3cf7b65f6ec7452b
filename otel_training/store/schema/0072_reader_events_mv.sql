-- Notes what readers see and do: one row for each insight shown, and for each action.
CREATE MATERIALIZED VIEW IF NOT EXISTS reader_events_mv /*{on_cluster}*/ TO reader_events AS
WITH
    LogAttributes['training.kind'] = 'feedback' AS is_action,
    if(
        is_action, [LogAttributes['training.insight.id']],
        JSONExtract(LogAttributes['training.insight.ids'], 'Array(String)')
    ) AS ids
SELECT
    id,
    LogAttributes['training.event.id'] AS event_id,
    is_action,
    place - 1 AS position,
    Timestamp AS ts,
    if(is_action, toUInt64OrZero(LogAttributes['training.imported.line']), 0) AS imported_line,
    if(LogAttributes['user.hash'] = '', 0, sipHash64(LogAttributes['user.hash'])) AS reader,
    if(is_action, LogAttributes['training.feedback.action'], '') AS action
FROM otel_logs
ARRAY JOIN ids AS id, arrayEnumerate(ids) AS place
WHERE LogAttributes['training.kind'] IN ('feedback', 'impression') AND LogAttributes['training.event.id'] != ''

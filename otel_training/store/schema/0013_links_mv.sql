-- Types the links.
CREATE MATERIALIZED VIEW IF NOT EXISTS links_mv /*{on_cluster}*/ TO links AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.link.id'] AS link_id,
    LogAttributes['training.insight.text_sha256'] AS text_sha256,
    LogAttributes['url.full'] AS source_url,
    LogAttributes['training.extraction.id'] AS extraction_id,
    toUInt16OrNull(LogAttributes['training.insight.index']) AS insight_index,
    toUInt64OrZero(LogAttributes['training.imported.line']) AS imported_line
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'link' AND LogAttributes['training.event.id'] != ''

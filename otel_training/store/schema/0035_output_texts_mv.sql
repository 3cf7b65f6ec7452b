-- Types the digests of texts.
CREATE MATERIALIZED VIEW IF NOT EXISTS output_texts_mv /*{on_cluster}*/ TO output_texts AS
SELECT
    if(LogAttributes['training.kind'] = 'extraction', event_id, LogAttributes['training.extraction.id']) AS extraction_id,
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    toUInt32OrZero(LogAttributes['training.output.count']) AS items,
    splitByWhitespace(LogAttributes['training.output.texts']) AS texts,
    splitByWhitespace(LogAttributes['training.output.categories']) AS categories,
    splitByWhitespace(LogAttributes['training.output.quoted']) AS quoted
FROM otel_logs
WHERE LogAttributes['training.kind'] IN ('extraction', 'llm_call')
    AND LogAttributes['training.event.id'] != ''
    AND LogAttributes['training.output.texts'] != ''

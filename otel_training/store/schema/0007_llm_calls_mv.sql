-- Types the calls of models.
CREATE MATERIALIZED VIEW IF NOT EXISTS llm_calls_mv /*{on_cluster}*/ TO llm_calls AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.extraction.id'] AS extraction_id,
    LogAttributes['gen_ai.provider.name'] AS provider,
    LogAttributes['gen_ai.request.model'] AS model,
    toUInt64OrNull(LogAttributes['gen_ai.usage.input_tokens']) AS input_tokens,
    toUInt64OrNull(LogAttributes['gen_ai.usage.output_tokens']) AS output_tokens,
    JSONExtractRaw(Body, 'training.input') AS messages,
    JSONExtract(Body, 'training.output', 'Nullable(String)') AS output,
    LogAttributes['training.output.sha256'] AS output_sha256
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'llm_call' AND LogAttributes['training.event.id'] != ''

-- Types the calls of models.
CREATE MATERIALIZED VIEW IF NOT EXISTS llm_calls_mv /*{on_cluster}*/ TO llm_calls AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.extraction.id'] AS extraction_id,
    LogAttributes['gen_ai.provider.name'] AS provider,
    LogAttributes['gen_ai.request.model'] AS model,
    LogAttributes['gen_ai.response.model'] AS response_model,
    LogAttributes['gen_ai.response.id'] AS response_id,
    JSONExtract(LogAttributes['gen_ai.response.finish_reasons'], 'Array(String)')[1] AS finish_reason,
    LogAttributes['error.type'] AS error_type,
    toFloat64OrNull(LogAttributes['training.duration']) AS duration,
    toFloat64OrNull(LogAttributes['gen_ai.response.time_to_first_chunk']) AS time_to_first_chunk,
    toUInt64OrNull(LogAttributes['gen_ai.request.max_tokens']) AS max_tokens,
    LogAttributes['gen_ai.request.stream'] = 'true' AS stream,
    LogAttributes['anthropic.response.service_tier'] AS service_tier,
    toUInt64OrNull(LogAttributes['gen_ai.usage.input_tokens']) AS input_tokens,
    toUInt64OrNull(LogAttributes['gen_ai.usage.output_tokens']) AS output_tokens,
    toUInt64OrNull(LogAttributes['gen_ai.usage.cache_read.input_tokens']) AS cache_read_input_tokens,
    toUInt64OrNull(LogAttributes['gen_ai.usage.cache_write.input_tokens']) AS cache_write_input_tokens,
    toUInt64OrNull(LogAttributes['anthropic.usage.cache_creation.ephemeral_5m_input_tokens'])
        AS cache_write_5m_input_tokens,
    toUInt64OrNull(LogAttributes['anthropic.usage.cache_creation.ephemeral_1h_input_tokens'])
        AS cache_write_1h_input_tokens,
    toUInt64OrNull(LogAttributes['gen_ai.usage.reasoning.output_tokens']) AS reasoning_output_tokens,
    LogAttributes['gen_ai.prompt.version'] AS prompt_version,
    LogAttributes['anthropic.batch.id'] AS batch_id,
    LogAttributes['anthropic.batch.custom_id'] AS custom_id,
    JSONExtractRaw(Body, 'training.input') AS messages,
    JSONExtract(Body, 'training.output', 'Nullable(String)') AS output,
    JSONExtractRaw(Body, 'gen_ai.tool.definitions') AS tools,
    LogAttributes['training.output.sha256'] AS output_sha256
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'llm_call' AND LogAttributes['training.event.id'] != ''

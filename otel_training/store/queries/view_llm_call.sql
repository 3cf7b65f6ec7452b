-- Calls of models under their extractions: prompt, answer, usage, time, cost.
-- Parameters: limit, how many of the newest.
SELECT
    ts AS timestamp,
    'llm_call' AS stage,
    extraction_id,
    nullIf(provider, '') AS provider,
    nullIf(model, '') AS model,
    input_tokens,
    output_tokens,
    cache_read_input_tokens,
    cache_write_input_tokens,
    cache_write_5m_input_tokens,
    cache_write_1h_input_tokens,
    reasoning_output_tokens,
    nullIf(service_tier, '') AS service_tier,
    duration,
    time_to_first_chunk,
    nullIf(finish_reason, '') AS finish_reason,
    nullIf(error_type, '') AS error_type,
    nullIf(prompt_version, '') AS prompt_version,
    messages,
    output,
    nullIf(tools, '') AS tools,
    nullIf(batch_id, '') AS batch_id,
    nullIf(custom_id, '') AS custom_id,
    event_id,
    p.cost AS cost,
    if(cost IS NULL, NULL, 'USD') AS currency,
    nullIf(p.source, '') AS price_source,
    nullIf(p.version, '') AS price_version,
    nullIf(p.assumption, '') AS price_assumption,
    nullIf(p.reason, '') AS unpriced
FROM v_llm_calls AS c
LEFT JOIN (
    SELECT event_id AS priced_id, cost, reason, source, version, assumption FROM call_costs FINAL
) AS p ON p.priced_id = c.event_id
WHERE event_id GLOBAL IN (SELECT event_id FROM v_llm_calls ORDER BY ts DESC, event_id DESC LIMIT {limit:UInt64})
ORDER BY ts, event_id
SETTINGS date_time_output_format = 'iso'

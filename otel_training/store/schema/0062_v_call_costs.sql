-- Calls of models without content, with what each costs in USD: NULL where that is unknown; then the reason says why, and is
-- '' where the call is not priced yet.
CREATE VIEW IF NOT EXISTS v_call_costs /*{on_cluster}*/ AS
SELECT
    c.event_id AS event_id,
    c.ts AS ts,
    c.service AS service,
    c.extraction_id AS extraction_id,
    c.provider AS provider,
    if(c.response_model = '', c.model, c.response_model) AS model,
    c.service_tier AS service_tier,
    c.batch_id AS batch_id,
    c.input_tokens AS input_tokens,
    c.output_tokens AS output_tokens,
    p.cost AS cost,
    p.reason AS reason,
    p.source AS source,
    p.version AS version,
    p.assumption AS assumption
FROM v_llm_calls AS c
LEFT JOIN (SELECT event_id, cost, reason, source, version, assumption FROM call_costs FINAL) AS p
    ON p.event_id = c.event_id

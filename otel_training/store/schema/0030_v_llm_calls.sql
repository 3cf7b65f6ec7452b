-- Calls of models; of a Message Batch each result with the prompt that was submitted for it, maybe by
-- another process. A batch's extraction: the result's, else the submission's, else the custom_id.
CREATE VIEW IF NOT EXISTS v_llm_calls /*{on_cluster}*/ AS
SELECT * FROM llm_calls FINAL WHERE batch_id = ''
UNION ALL
SELECT
    r.event_id AS event_id,
    r.ts AS ts,
    r.service AS service,
    multiIf(r.extraction_id != '', r.extraction_id, q.extraction_id != '', q.extraction_id, r.custom_id) AS extraction_id,
    r.provider AS provider,
    q.model AS model,
    r.response_model AS response_model,
    r.response_id AS response_id,
    r.finish_reason AS finish_reason,
    r.error_type AS error_type,
    r.duration AS duration,
    r.time_to_first_chunk AS time_to_first_chunk,
    q.max_tokens AS max_tokens,
    r.stream AS stream,
    r.service_tier AS service_tier,
    r.input_tokens AS input_tokens,
    r.output_tokens AS output_tokens,
    r.cache_read_input_tokens AS cache_read_input_tokens,
    r.cache_write_input_tokens AS cache_write_input_tokens,
    r.cache_write_5m_input_tokens AS cache_write_5m_input_tokens,
    r.cache_write_1h_input_tokens AS cache_write_1h_input_tokens,
    r.reasoning_output_tokens AS reasoning_output_tokens,
    q.prompt_version AS prompt_version,
    r.batch_id AS batch_id,
    r.custom_id AS custom_id,
    q.messages AS messages,
    r.output AS output,
    q.tools AS tools,
    r.output_sha256 AS output_sha256
FROM (SELECT * FROM llm_calls FINAL WHERE batch_id != '' AND messages IN ('', 'null')) AS r
LEFT JOIN (SELECT * FROM llm_calls FINAL WHERE batch_id != '' AND messages NOT IN ('', 'null')) AS q
    ON q.batch_id = r.batch_id AND q.custom_id = r.custom_id

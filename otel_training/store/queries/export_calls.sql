-- The calls that answered a page of picked.sql, by their ids; of a result of a Message Batch the prompt that was submitted for it.
-- Parameters: extraction_ids; call_event_ids; has_batches, whether any call is of a batch: its extraction is not told by its key.
-- Result: event_id, messages, output, model.
SELECT
    c.event_id AS event_id,
    if(c.batch_id = '', c.messages, s.messages) AS messages,
    c.output AS output,
    if(c.batch_id = '', c.model, s.model) AS model
FROM (
    SELECT event_id, batch_id, custom_id, messages, output, model
    FROM llm_calls
    WHERE ({has_batches:Bool} OR extraction_id IN {extraction_ids:Array(String)}) AND event_id IN {call_event_ids:Array(String)}
    LIMIT 1 BY event_id
) AS c
GLOBAL LEFT JOIN (
    SELECT batch_id, custom_id, messages, model
    FROM llm_calls
    WHERE {has_batches:Bool} AND batch_id != '' AND response_id = '' AND error_type = ''
        AND (batch_id, custom_id) GLOBAL IN (
            SELECT batch_id, custom_id FROM llm_calls WHERE batch_id != '' AND event_id IN {call_event_ids:Array(String)}
        )
    LIMIT 1 BY batch_id, custom_id
) AS s ON s.batch_id = c.batch_id AND s.custom_id = c.custom_id
SETTINGS output_format_parallel_formatting = 0, join_algorithm = 'hash', max_block_size = 64, max_threads = 1

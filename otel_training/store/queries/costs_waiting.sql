-- Calls of a model to be priced: those without a cost, unless these prices gave none before.
-- Of the records in an extraction that have one response all but one are `is_repeated`: not a batch's result, else the one
-- with the most figures, else the first; where one comes later, those before it are among the rows again.
-- Parameters: version, of the prices; again, whether calls that other prices gave a cost are priced, too; calls,
-- v_llm_calls, or llm_calls where no call is of a Message Batch: to plan that view takes longer than to answer.
WITH
    if(response_id = '', event_id, response_id) AS response,
    waiting AS (
        SELECT extraction_id, response
        FROM {calls:Identifier}
        WHERE event_id GLOBAL NOT IN (
            SELECT event_id
            FROM call_costs FINAL
            WHERE version = {version:String} OR (cost IS NOT NULL AND NOT {again:Bool})
        )
    )
SELECT
    event_id,
    extraction_id,
    toUnixTimestamp64Nano(c.ts) AS ts,
    provider,
    model,
    response_model,
    service_tier,
    batch_id,
    error_type,
    duration,
    input_tokens,
    output_tokens,
    cache_read_input_tokens,
    cache_write_input_tokens,
    cache_write_5m_input_tokens,
    cache_write_1h_input_tokens,
    reasoning_output_tokens,
    row_number() OVER (
        PARTITION BY extraction_id, response
        ORDER BY batch_id = '', input_tokens IS NULL, service_tier = '', duration IS NULL, c.ts, event_id
    ) > 1 AS is_repeated
FROM {calls:Identifier} AS c FINAL
WHERE (extraction_id, response) GLOBAL IN waiting
ORDER BY ts, event_id

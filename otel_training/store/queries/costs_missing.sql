-- How many answered calls of a model, and shadows, have no cost by these prices, and whether any call is of a Message Batch.
-- Parameters: version, of the prices.
WITH priced AS (SELECT event_id FROM call_costs FINAL WHERE version = {version:String} OR cost IS NOT NULL)
SELECT
    count() + (SELECT count() FROM shadows WHERE event_id GLOBAL NOT IN priced) AS calls,
    (SELECT count() > 0 FROM llm_calls WHERE batch_id != '') AS has_batches
FROM llm_calls
WHERE (batch_id = '' OR response_id != '' OR error_type != '') AND event_id GLOBAL NOT IN priced

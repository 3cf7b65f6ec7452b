-- How many answered calls of a model have no cost by these prices.
-- Parameters: version, of the prices.
SELECT count() AS calls
FROM llm_calls
WHERE (batch_id = '' OR response_id != '' OR error_type != '') AND event_id GLOBAL NOT IN (
    SELECT event_id FROM call_costs FINAL WHERE version = {version:String} OR cost IS NOT NULL
)

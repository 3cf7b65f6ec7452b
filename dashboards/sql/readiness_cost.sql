-- What does one extraction cost today? All its calls of models together, in USD, over the last seven days. A trained model
-- has to cost less by the time its training took.
SELECT toFloat64(sum(cost)) / nullIf(uniqExact(extraction_id), 0) AS usd
FROM v_call_costs
WHERE cost IS NOT NULL AND extraction_id != '' AND ts >= now() - INTERVAL 7 DAY

-- What does one extraction cost? All its calls of models together, in USD, where their prices are known. It is what a smaller
-- model would save; `otel-training prices show MODEL` says by whose prices.
SELECT toFloat64(sum(cost)) / nullIf(uniqExact(extraction_id), 0) AS usd
FROM v_call_costs
WHERE cost IS NOT NULL AND extraction_id IN (
    SELECT extraction_id FROM examples FINAL WHERE $__timeFilter(ts) /*{topic, model, prompt_version}*/
)

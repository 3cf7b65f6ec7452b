-- Where does the money go? The cost of calls by model, in USD. A step without more extractions is a new model, a longer
-- prompt, or answers that think.
SELECT $__timeInterval(ts) AS time, if(model = '', 'unknown', model) AS model_name, toFloat64(sum(cost)) AS usd
FROM v_call_costs
WHERE cost IS NOT NULL AND $__timeFilter(ts)
GROUP BY time, model_name
ORDER BY time, model_name

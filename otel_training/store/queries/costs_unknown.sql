-- Calls of a model whose cost is unknown, by model, provider, service tier and reason; '' where they are not priced yet.
SELECT model, provider, service_tier, reason, count() AS calls, min(ts) AS first, max(ts) AS last
FROM v_call_costs
WHERE cost IS NULL
GROUP BY model, provider, service_tier, reason
ORDER BY calls DESC, model, provider, service_tier, reason
SETTINGS date_time_output_format = 'iso'

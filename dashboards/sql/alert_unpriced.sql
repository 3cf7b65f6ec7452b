-- Calls of a model have no price, while others have: the figures of costs leave them out. `otel-training prices show MODEL`
-- says why; name a price in `prices.toml`.
SELECT toFloat64(countIf(cost IS NULL AND reason NOT IN ('', 'no_answer'))) AS unpriced
FROM v_call_costs
WHERE ts >= now() - INTERVAL 1 DAY
HAVING countIf(cost IS NOT NULL) > 0

-- What does each model cost, and which has no price? Calls of this time, with the reason where their cost is unknown. Give a
-- model that has none a price in `prices.toml`.
SELECT
    if(model = '', 'unknown', model) AS `Model`,
    count() AS `Calls`,
    toFloat64(sumOrNull(cost)) AS `Cost`,
    countIf(cost IS NULL AND reason NOT IN ('', 'no_answer')) AS `Unpriced`,
    anyIf(reason, cost IS NULL) AS `Reason`
FROM v_call_costs
WHERE $__timeFilter(ts)
GROUP BY model
ORDER BY `Cost` DESC NULLS LAST, `Model`
LIMIT 20

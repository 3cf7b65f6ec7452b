-- What do models cost in a month? The priced calls of the last seven days, in USD, for thirty days. Below some 50 USD no
-- migration pays for its work.
SELECT 30 * toFloat64(sum(cost)) / (SELECT least(7, greatest(1, dateDiff('day', min(ts), now('UTC')) + 1)) FROM examples) AS usd
FROM v_call_costs
WHERE cost IS NOT NULL AND ts >= now() - INTERVAL 7 DAY

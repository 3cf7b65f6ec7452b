-- And how much is that in a month? The saving beside this, of the last seven days' costs for thirty days, in USD. Set it
-- against what training, hosting and looking after a model of your own cost.
SELECT
    30 * toFloat64(sum(cost)) / (SELECT least(7, greatest(1, dateDiff('day', min(ts), now('UTC')) + 1)) FROM examples) * (1 - (
        coalesce(toFloat64OrNull(${candidate_cost:singlequote}), 3) + coalesce(toFloat64OrNull(${fallback:singlequote}), 3)
    ) / 100) AS saved
FROM v_call_costs
WHERE cost IS NOT NULL AND ts >= now() - INTERVAL 7 DAY

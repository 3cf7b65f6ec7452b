-- What does a source cost in each arm, with what was paid in vain? Calls of unknown cost are left out: `prices check` says why.
SELECT $__timeInterval(ts) AS time, CAST(arm, 'String') AS arm_name, toFloat64(avg(cost)) AS usd
FROM assigned
WHERE cost IS NOT NULL
GROUP BY time, arm_name
ORDER BY time, arm_name

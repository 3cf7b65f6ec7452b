-- Which one breaks? The share of attempts of each arm that failed or were cancelled. An attempt that failed before it asked
-- any model belongs to neither.
SELECT $__timeInterval(ts) AS time, arm, countIf(outcome != 'ok') / count() AS failed
FROM arms
GROUP BY time, arm
ORDER BY time, arm

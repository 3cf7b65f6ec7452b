-- Which one do users wait for? The duration that 95 % of the extractions of each arm do not exceed.
SELECT $__timeInterval(ts) AS time, arm, quantileOrNull(0.95)(duration) AS p95
FROM arms
WHERE duration IS NOT NULL
GROUP BY time, arm
ORDER BY time, arm

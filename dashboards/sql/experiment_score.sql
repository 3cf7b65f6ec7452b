-- Does either drift? The mean score of each arm. Curves that cross mean that the difference is no more than chance.
SELECT $__timeInterval(ts) AS time, arm, avgOrNull(quality_score) AS score
FROM arms
WHERE is_sample AND quality_score IS NOT NULL
GROUP BY time, arm
ORDER BY time, arm

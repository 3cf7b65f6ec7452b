-- Does either fail more often? The share of scores of 7 or more of each arm. A candidate that lies below all the time is
-- worse, whatever its mean says.
SELECT $__timeInterval(ts) AS time, arm, countIf(quality_score >= 7) / count() AS good
FROM arms
WHERE is_sample AND quality_score IS NOT NULL
GROUP BY time, arm
ORDER BY time, arm

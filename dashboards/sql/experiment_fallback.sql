-- How often does Claude answer in the place of each candidate? Both answers are paid then: above 10 % the verdict is FAIL.
SELECT
    $__timeInterval(ts) AS time,
    CAST(arm, 'String') AS arm_name,
    countIf(decision = 'fallback') / count() AS fallback
FROM assigned
WHERE arm != 'claude' AND decision IN ('assigned', 'fallback')
GROUP BY time, arm_name
ORDER BY time, arm_name

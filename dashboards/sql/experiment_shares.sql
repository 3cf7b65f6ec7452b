-- Does each arm get the sources that it is to get? The share of the sources that came to each; it moves when somebody ramps, and
-- at no other time.
SELECT
    $__timeInterval(ts) AS time,
    CAST(arm, 'String') AS arm_name,
    uniqExact(unit) / sum(uniqExact(unit)) OVER (PARTITION BY time) AS sources
FROM assigned
WHERE weights != '' AND reason != 'holdout'
GROUP BY time, arm_name
ORDER BY time, arm_name

-- Is it getting anywhere? Eligible examples so far, by when they were extracted; the lines are 500 and 1,000. A flat end is
-- also what readers have not seen yet.
SELECT time, eligible
FROM (
    SELECT $__timeInterval(first_ts) AS time, sum(count()) OVER (ORDER BY time) AS eligible
    FROM (
        SELECT duplicate_key, min(ts) AS first_ts
        FROM examples FINAL
        WHERE true /*{eligible, topic}*/
        GROUP BY duplicate_key
    )
    GROUP BY time
)
WHERE $__timeFilter(time)
ORDER BY time

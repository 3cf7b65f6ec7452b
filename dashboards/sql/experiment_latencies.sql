-- How long does a caller wait in each arm, whichever answers in the end? Half of the calls take no longer than p50, 95 % no
-- longer than p95: a candidate that is slower than Claude is found here first.
SELECT
    $__timeInterval(start) AS time,
    concat(arm, ' ', cut.1) AS arm_name,
    cut.2 AS seconds
FROM (
    SELECT $__timeInterval(ts) AS start, CAST(arm, 'String') AS arm, quantilesOrNull(0.5, 0.95)(duration) AS cuts
    FROM assigned
    WHERE duration IS NOT NULL
    GROUP BY start, arm
)
ARRAY JOIN [('p50', cuts[1]), ('p95', cuts[2])] AS cut
ORDER BY time, arm_name

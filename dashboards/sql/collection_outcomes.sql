-- How do extractions end? `ok`, `error`, or `cancelled`. A band of errors after a release points at that release.
SELECT $__timeInterval(ts) AS time, outcome, count() AS extractions
FROM examples FINAL
WHERE $__timeFilter(ts) /*{service, topic}*/
GROUP BY time, outcome
ORDER BY time, outcome

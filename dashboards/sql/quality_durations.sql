-- Is there a slow tail? Half of the extractions take no longer than p50, and one of a hundred longer than p99.
SELECT
    $__timeInterval(ts) AS time,
    quantileOrNull(0.5)(duration) AS p50,
    quantileOrNull(0.9)(duration) AS p90,
    quantileOrNull(0.99)(duration) AS p99
FROM examples FINAL
WHERE duration IS NOT NULL AND $__timeFilter(ts) /*{topic, model, prompt_version}*/
GROUP BY time
ORDER BY time

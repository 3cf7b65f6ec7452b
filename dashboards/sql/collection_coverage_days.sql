-- Since when is something missing? The share of each bucket's samples that have a score, a prompt and a reader. Readers come
-- later: the newest bucket is always low. A step down is a release that lost it.
SELECT
    $__timeInterval(ts) AS time,
    countIf(quality_score IS NOT NULL) / count() AS `score`,
    countIf(prompt_reason = '') / count() AS `prompt`,
    countIf(viewers > 0) / count() AS `reader`
FROM examples FINAL
WHERE is_sample AND $__timeFilter(ts) /*{service, topic}*/
GROUP BY time
ORDER BY time

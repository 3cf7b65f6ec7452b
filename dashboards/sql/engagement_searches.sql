-- Do searches find good sources? Searches without a result, and the share of results that passed the filters. Both tell which
-- sources to add.
SELECT
    $__timeInterval(ts) AS time,
    countIf(result_count = 0) / nullIf(countIf(result_count IS NOT NULL), 0) AS `without result`,
    avgOrNull(pass_ratio) AS `results that passed`
FROM queries FINAL
WHERE $__timeFilter(ts) /*{service}*/
GROUP BY time
ORDER BY time

-- Do readers find what they search for? The share of searches without any result: a demand that no source meets.
SELECT countIf(result_count = 0) / nullIf(countIf(result_count IS NOT NULL), 0) AS unanswered
FROM queries FINAL
WHERE $__timeFilter(ts) /*{service}*/

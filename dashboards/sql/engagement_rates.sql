-- Do readers react more, or less? Actions for each insight shown. All falling together is a feed that shows more than is
-- read; likes falling alone are worse insights.
SELECT
    $__timeInterval(ts) AS time,
    countIf(action = 'like') / sum(shown) AS `like`,
    countIf(action = 'x') / sum(shown) AS `x`,
    countIf(action = 'bookmark') / sum(shown) AS `bookmark`,
    countIf(action = 'share') / sum(shown) AS `share`
FROM reader_events_by_time FINAL
WHERE $__timeFilter(ts) /*{service}*/
GROUP BY time
HAVING sum(shown) > 0
ORDER BY time

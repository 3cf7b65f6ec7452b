-- Do readers react more, or less? Actions for each insight shown. All falling together is a feed that shows more than is
-- read; likes falling alone are worse insights.
SELECT
    time,
    countIf(word = 'like') / shown AS `like`,
    countIf(word = 'x') / shown AS `x`,
    countIf(word = 'bookmark') / shown AS `bookmark`,
    countIf(word = 'share') / shown AS `share`
FROM (
    SELECT $__timeInterval(ts) AS time, word, countIf(word = '') OVER (PARTITION BY time) AS shown
    FROM (
        SELECT ts, service, toString(action) AS word FROM feedback FINAL
        UNION ALL
        SELECT ts, service, '' AS word FROM impressions FINAL
    )
    WHERE $__timeFilter(ts) /*{service}*/
)
WHERE shown > 0
GROUP BY time, shown
ORDER BY time

-- Which kinds of record arrive, and when? A kind that stops while others go on is a program that no longer captures.
SELECT $__timeInterval(ts) AS time, kind, count() AS records
FROM events
WHERE $__timeFilter(ts) /*{service}*/
GROUP BY time, kind
ORDER BY time, kind

-- When was what lost, and why? `queue_full` and `spool_full` are a lack of room, `expired` and `rejected` come of shipping,
-- `unrecognised` are requests that the middleware could not read, `torn` and `damaged` are broken lines.
SELECT $__timeInterval(ts) AS time, reason, sum(count) AS records
FROM losses FINAL
WHERE $__timeFilter(ts) /*{service}*/
GROUP BY time, reason
HAVING records > 0
ORDER BY time, reason

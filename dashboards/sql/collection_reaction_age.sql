-- Do readers' reactions come in? Time since the newest action or impression, whatever time is chosen above. Without them no
-- example passes the filters: see that the backend has the middleware.
SELECT greatest(0, dateDiff('second', maxOrNull(ts), now64(9))) AS age
FROM (SELECT ts, service FROM feedback UNION ALL SELECT ts, service FROM impressions)
WHERE true /*{service}*/

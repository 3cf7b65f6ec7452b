-- Do readers' reactions come in? Time since the newest action or impression, whatever time is chosen above. Without them no
-- example passes the filters: see that the backend has the middleware.
SELECT if(count() = 0, NULL, greatest(0, dateDiff('second', max(ts), now64(9)))) AS age
FROM reader_events_by_time
WHERE true /*{service}*/

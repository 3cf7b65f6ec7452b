-- Do readers' reactions come in? Time since the newest action or impression, whatever time is chosen above. Without them no
-- example passes the filters: see that the backend has the middleware.
SELECT if(sum(n) = 0, NULL, greatest(0, dateDiff('second', max(newest), now64(9)))) AS age
FROM (
    SELECT count() AS n, max(ts) AS newest FROM feedback WHERE true /*{service}*/
    UNION ALL
    SELECT count() AS n, max(ts) AS newest FROM impressions WHERE true /*{service}*/
)

-- How many people say what is good? Readers who saw or did anything in this time. An example needs ten of them.
SELECT uniqExact(user_hash) AS readers
FROM (
    SELECT user_hash, ts, service FROM feedback
    UNION ALL
    SELECT user_hash, ts, service FROM impressions
)
WHERE user_hash != '' AND $__timeFilter(ts) /*{service}*/

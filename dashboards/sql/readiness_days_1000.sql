-- When is there enough for a good model? Days until there are 1,000 examples at the pace of the last seven days. Weeks away,
-- show insights to more readers rather than extract more.
SELECT greatest(0, 1000 - have) / nullIf(if(have >= 1000, 1, pace), 0) AS days
FROM (
    SELECT
        uniqExactIf(duplicate_key, true /*{eligible}*/) AS have,
        uniqExactIf(duplicate_key, ts >= now() - INTERVAL 7 DAY /*{eligible}*/)
            / least(7, greatest(1, dateDiff('day', min(ts), now('UTC')) + 1)) AS pace
    FROM examples FINAL
    WHERE true /*{topic}*/
)

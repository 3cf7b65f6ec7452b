-- When can a first model be trained? Days until there are 500 examples at the pace of the last seven days. Nothing is shown
-- where none came: see below what keeps them back.
SELECT greatest(0, 500 - have) / nullIf(if(have >= 500, 1, pace), 0) AS days
FROM (
    SELECT
        uniqExactIf(duplicate_key, true /*{eligible}*/) AS have,
        uniqExactIf(duplicate_key, ts >= now() - INTERVAL 7 DAY /*{eligible}*/)
            / least(7, greatest(1, dateDiff('day', min(ts), now('UTC')) + 1)) AS pace
    FROM examples FINAL
    WHERE true /*{topic}*/
)

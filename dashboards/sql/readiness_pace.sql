-- How fast do they come? Eligible examples a day, of the extractions of the last seven days, or of as many as there are. Readers come later, so the true
-- pace is rather higher.
SELECT uniqExactIf(duplicate_key, ts >= now() - INTERVAL 7 DAY /*{eligible}*/)
    / least(7, greatest(1, dateDiff('day', min(ts), now('UTC')) + 1)) AS pace
FROM examples FINAL
WHERE true /*{topic}*/

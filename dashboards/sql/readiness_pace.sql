-- How fast do they come? Eligible examples a day, of the extractions of the last seven days. Readers come later, so the true
-- pace is rather higher.
SELECT uniqExactIf(duplicate_key, ts >= now() - INTERVAL 7 DAY /*{eligible}*/) / 7 AS pace FROM examples FINAL WHERE true /*{topic}*/

-- Claude answered in the place of a candidate in more than one of ten calls of this day, and what both answered
-- is paid: `otel-training doctor` says why, `view assignment` which, and `experiment kill` leaves all to Claude.
SELECT CAST(experiment, 'String') AS name, countIf(decision = 'fallback') / count() AS fallback
FROM assignments FINAL
WHERE ts >= now() - INTERVAL 1 DAY AND arm != 'claude' AND decision IN ('assigned', 'fallback')
GROUP BY name
HAVING count() >= 20
ORDER BY name

-- Experiments that apps asked for in the last day when none was on: nothing could be assigned, and Claude answered.
SELECT experiment, uniqExact(event_id) AS calls
FROM assignments
WHERE flag_reason = 'error' AND ts > now64(9) - toIntervalDay(1)
GROUP BY experiment
ORDER BY experiment

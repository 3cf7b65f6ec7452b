-- What apps asked of experiments in the last day: how often of one that was not on, so that nothing could be assigned; how
-- often a candidate was to answer, how often Claude answered in its place, and why, most of the time.
SELECT
    experiment,
    uniqExactIf(event_id, flag_reason = 'error') AS unknown,
    uniqExactIf(event_id, arm != 'claude' AND decision IN ('assigned', 'fallback')) AS assigned,
    uniqExactIf(event_id, arm != 'claude' AND decision = 'fallback') AS fallbacks,
    topKIf(1)(reason, decision = 'fallback') AS reasons
FROM assignments
WHERE ts > now64(9) - toIntervalDay(1)
GROUP BY experiment
ORDER BY experiment

-- Calls that were a promoted candidate's to answer, and whether Claude had to: the newest, in time order.
-- Parameters: experiment; candidate; since, a time as text; limit.
SELECT event_id, ts AS time, unit, decision = 'fallback' AS is_fallback, reason, duration
FROM (
    SELECT *
    FROM assignments FINAL
    WHERE experiment = {experiment:String} AND arm = 'candidate' AND candidate = {candidate:String}
        AND decision IN ('assigned', 'fallback') AND ts >= parseDateTime64BestEffort({since:String}, 9, 'UTC')
    ORDER BY ts DESC, event_id DESC
    LIMIT {limit:UInt64}
)
ORDER BY ts, event_id
SETTINGS date_time_output_format = 'iso'

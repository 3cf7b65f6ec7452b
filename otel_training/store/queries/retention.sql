-- For how many days each class of data is kept; how many rows went by that in all, and when the last did; whether none were
-- looked for since today began, or since that was chosen.
SELECT
    class,
    argMaxIf(days, ts, NOT is_run) AS days,
    sumIf(rows, is_run) AS deleted,
    if(deleted = 0, NULL, maxIf(ts, is_run AND rows > 0)) AS last,
    maxIf(r.ts, is_run) < greatest(toStartOfDay(now64(3, 'UTC')), maxIf(r.ts, NOT is_run)) AS is_due
FROM retention AS r FINAL
GROUP BY class
ORDER BY class
SETTINGS date_time_output_format = 'iso'

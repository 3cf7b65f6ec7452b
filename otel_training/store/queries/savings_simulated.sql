-- How many answers of stand-ins are among those of a time: served, or given beside Claude.
-- Parameters: since, until, in microseconds since 1970.
SELECT count() AS answers
FROM (
    SELECT ts FROM v_assignments WHERE simulated AND served != 'claude'
    UNION ALL
    SELECT ts FROM v_shadows WHERE simulated
)
WHERE ts > fromUnixTimestamp64Micro({since:Int64}) AND ts <= fromUnixTimestamp64Micro({until:Int64})

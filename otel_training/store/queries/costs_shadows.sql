-- Shadows to be priced: those without a cost, unless these prices gave none before.
-- Parameters: version, of the prices; again, whether those that other prices gave a cost are priced, too.
SELECT event_id, toUnixTimestamp64Nano(ts) AS ts, calls
FROM shadows FINAL
WHERE event_id GLOBAL NOT IN (
    SELECT event_id FROM call_costs FINAL WHERE version = {version:String} OR (cost IS NOT NULL AND NOT {again:Bool})
)
ORDER BY ts, event_id

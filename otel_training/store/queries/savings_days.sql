-- What a model's calls in extractions cost, by days of 24 hours before `until`, and before these of all of them, where
-- `days_ago` is NULL. USD as text, so that nothing is rounded.
-- Parameters: baseline, the model; since, until, in microseconds since 1970.
SELECT
    if(grouping(day) = 1, NULL, day) AS days_ago,
    uniqExact(extraction_id) AS sources,
    toString(sum(cost)) AS usd
FROM v_call_costs
WHERE ts > fromUnixTimestamp64Micro({since:Int64}) AND ts <= fromUnixTimestamp64Micro({until:Int64})
    AND model = {baseline:String} AND extraction_id != '' AND cost IS NOT NULL
    AND input_tokens IS NOT NULL AND output_tokens IS NOT NULL
GROUP BY GROUPING SETS ((intDiv({until:Int64} - toUnixTimestamp64Micro(ts), 86400000000) AS day), ())
ORDER BY grouping(day) DESC, day

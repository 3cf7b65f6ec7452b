-- A model's calls in extractions that a projection stands on: of all, where `above` is NULL, and then of those with prompts of
-- more than `above` tokens. `digest` is another where one of them, or its cost, is another.
-- Parameters: baseline, the model; since, until, in microseconds since 1970; edges, lengths where models' prices change.
SELECT
    if(grouping(edge) = 1, NULL, edge) AS above,
    count() AS calls,
    sum(input_tokens) AS input,
    sum(output_tokens) AS output,
    min(ts) AS first,
    max(ts) AS last,
    lower(hex(groupBitXor(cityHash64(event_id, toString(cost))))) AS digest
FROM v_call_costs
WHERE ts > fromUnixTimestamp64Micro({since:Int64}) AND ts <= fromUnixTimestamp64Micro({until:Int64})
    AND model = {baseline:String} AND extraction_id != '' AND cost IS NOT NULL
    AND input_tokens IS NOT NULL AND output_tokens IS NOT NULL
GROUP BY GROUPING SETS ((arrayMax(arrayFilter(length -> input_tokens > length, {edges:Array(UInt64)})) AS edge), ())
ORDER BY grouping(edge) DESC, edge
SETTINGS date_time_output_format = 'iso'

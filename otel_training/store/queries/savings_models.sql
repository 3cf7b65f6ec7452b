-- What calls of models cost in a time: before each model, the costliest in extractions first, of all, where `name` is NULL.
-- `calls` have a known cost, `unpriced` were answered and have none; `sources` are the extractions with priced calls, and
-- `source_usd` is what these cost. USD as text, so that nothing is rounded; NULL where no cost is known.
-- Parameters: since, until, in microseconds since 1970. `days` are those of 24 hours before `until`, up to the first call.
SELECT
    if(grouping(model) = 1, NULL, toString(model)) AS name,
    topK(1)(provider)[1] AS provider,
    countIf(cost IS NOT NULL) AS calls,
    countIf(cost IS NULL AND reason != 'no_answer') AS unpriced,
    toString(sumOrNull(cost)) AS usd,
    uniqExactIf(extraction_id, cost IS NOT NULL AND extraction_id != '') AS sources,
    toString(sumOrNullIf(cost, extraction_id != '')) AS source_usd,
    intDiv({until:Int64} - toUnixTimestamp64Micro(min(ts)), 86400000000) + 1 AS days
FROM v_call_costs
WHERE ts > fromUnixTimestamp64Micro({since:Int64}) AND ts <= fromUnixTimestamp64Micro({until:Int64})
GROUP BY GROUPING SETS ((model), ())
ORDER BY grouping(model) DESC, sumOrNullIf(cost, extraction_id != '') DESC NULLS LAST, model

-- What candidates' shadows cost in a time, by experiment and candidate. USD as text, so that nothing is rounded; NULL where no
-- cost is known; `unpriced` is how many have no known cost.
-- Parameters: since, until, in microseconds since 1970.
SELECT
    toString(experiment) AS experiment,
    toString(candidate) AS candidate,
    count() AS answers,
    countIf(cost IS NULL AND cost_reason != 'no_answer') AS unpriced,
    toString(sumOrNull(cost)) AS usd
FROM v_shadows
WHERE ts > fromUnixTimestamp64Micro({since:Int64}) AND ts <= fromUnixTimestamp64Micro({until:Int64})
GROUP BY experiment, candidate
ORDER BY experiment, candidate

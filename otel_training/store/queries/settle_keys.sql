-- Takes what is not settled: extractions first, since with one all ids of its insights are settled; of one time by their ids,
-- which begin with the time of the record, so that a round reads one month of a store that is settled anew.
-- Parameters: run; until and since, seconds of Unix time: takes what came in before the one, or from the other on; limit.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
SELECT {run:UInt64}, kind, key
FROM unsettled
WHERE toUnixTimestamp(at) < {until:UInt64} OR toUnixTimestamp(at) >= {since:UInt64}
GROUP BY kind, key
HAVING sum(sign) > 0
ORDER BY kind, min(at), key
LIMIT {limit:UInt64}

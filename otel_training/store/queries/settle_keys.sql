-- Takes what is not settled: extractions first, since with one all ids of its insights are settled.
-- Parameters: run; until and since, seconds of Unix time: takes what came in before the one, or from the other on; limit.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
SELECT {run:UInt64}, kind, key
FROM unsettled
WHERE toUnixTimestamp(at) < {until:UInt64} OR toUnixTimestamp(at) >= {since:UInt64}
GROUP BY kind, key
HAVING sum(sign) > 0
ORDER BY kind, min(at)
LIMIT {limit:UInt64}

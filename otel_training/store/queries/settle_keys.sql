-- Takes keys that are not settled, in the order in which they are stored: a round reads on where the last ended, and as little.
-- Ids of extractions begin with the time of the record, so that it reads one month of a store that is settled anew.
-- Parameters: run; kinds of keys; after, the last key of the round before, '' for none; until and since, seconds of Unix
-- time: takes what came in before the one, or from the other on; limit.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
SELECT {run:UInt64}, kind, key
FROM unsettled
WHERE has({kinds:Array(String)}, kind)
    AND ({after:String} = '' OR key > {after:String})
    AND (toUnixTimestamp(at) < {until:UInt64} OR toUnixTimestamp(at) >= {since:UInt64})
GROUP BY key, kind
HAVING sum(sign) > 0
ORDER BY key, kind
LIMIT {limit:UInt64}
SETTINGS optimize_aggregation_in_order = 1

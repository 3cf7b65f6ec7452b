-- Takes ids that readers saw or acted on, in the order in which their events are stored.
-- Parameters: run; after, the last id of the round before, '' for none; limit.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
SELECT {run:UInt64}, 'reaction', id
FROM reader_events
WHERE id > {after:String}
GROUP BY id
ORDER BY id
LIMIT {limit:UInt64}
SETTINGS optimize_aggregation_in_order = 1

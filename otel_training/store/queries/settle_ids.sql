-- Adds the ids of the touched insights that any reaction came in under.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
SELECT DISTINCT {run:UInt64}, 'id', id
FROM reactions
PREWHERE id GLOBAL IN (
    SELECT id FROM aliases_by_insight
    PREWHERE insight GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'insight')
)

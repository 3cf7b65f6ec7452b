-- Adds the extractions that returned the touched insights. Of them only the row is settled, not all that they name: so they
-- are no keys that are done.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
SELECT DISTINCT {run:UInt64}, 'occurrence', extraction_id
FROM insights
WHERE derived_id GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'insight')

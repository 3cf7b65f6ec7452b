-- Adds the extractions that returned the touched insights: what readers made of them is settled.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
SELECT DISTINCT {run:UInt64}, 'occurrence', extraction_id
FROM insights
PREWHERE derived_id GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'insight')

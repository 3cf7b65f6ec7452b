-- Writes the insights of the touched extractions as if nobody had seen them.
-- Parameters: run.
INSERT INTO engagement (insight, revision)
SETTINGS distributed_foreground_insert = 1
SELECT DISTINCT arrayJoin(insights.derived_id), {run:UInt64}
FROM extractions
WHERE extraction_id GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'extraction')

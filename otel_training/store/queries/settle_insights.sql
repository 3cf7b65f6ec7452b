-- Adds the insights that the touched ids name, or named before, and those that touched extractions returned.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
SELECT DISTINCT {run:UInt64}, 'insight', insight
FROM (
    SELECT arrayJoin(arrayFlatten(names.insights)) AS insight
    FROM aliases
    PREWHERE id GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step IN ('name', 'reaction'))
    UNION ALL
    SELECT arrayJoin(insights.derived_id) AS insight
    FROM extractions
    WHERE extraction_id GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'extraction')
)

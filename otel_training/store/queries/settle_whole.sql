-- Adds, of the extractions that returned the touched insights, those of which all ids were touched: their keys are done with.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
WITH
    names AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'name'),
    occurrences AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'occurrence'),
    returned AS (
        SELECT arrayJoin(insights.derived_id) AS derived_id
        FROM extractions
        WHERE extraction_id GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'extraction')
    )
SELECT DISTINCT {run:UInt64}, 'extraction', key
FROM occurrences
WHERE key GLOBAL NOT IN (
    SELECT extraction_id
    FROM (
        SELECT extraction_id, arrayJoin(insights) AS insight
        FROM extractions
        WHERE extraction_id GLOBAL IN (SELECT key FROM occurrences)
    )
    WHERE insight.derived_id GLOBAL NOT IN (SELECT derived_id FROM returned)
        OR insight.insight_id GLOBAL NOT IN (SELECT key FROM names)
    UNION DISTINCT
    SELECT extraction_id
    FROM links
    WHERE extraction_id GLOBAL IN (SELECT key FROM occurrences) AND link_id GLOBAL NOT IN (SELECT key FROM names)
)

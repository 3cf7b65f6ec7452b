-- Adds the ids that a touched extraction may give a name to: those of its insights, and those of links to it or its texts.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'extraction'),
    returned AS (
        SELECT arrayJoin(insights) AS insight
        FROM extractions
        WHERE extraction_id GLOBAL IN (SELECT key FROM touched)
    )
SELECT DISTINCT {run:UInt64}, 'name', id
FROM (
    SELECT arrayJoin([insight.insight_id, insight.derived_id]) AS id FROM returned
    UNION ALL
    SELECT link_id FROM links WHERE extraction_id GLOBAL IN (SELECT key FROM touched)
    UNION ALL
    SELECT link_id
    FROM links
    WHERE extraction_id = '' AND text_sha256 GLOBAL IN (SELECT insight.text_sha256 FROM returned)
)

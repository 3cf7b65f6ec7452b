-- Adds the extractions that returned the touched insights. An 'occurrence' is one of which not all ids were touched: what
-- readers made of it is settled, its key is not done with.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
WITH
    names AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'name'),
    returned AS (
        SELECT arrayJoin(insights.derived_id) AS derived_id
        FROM extractions
        WHERE extraction_id GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'extraction')
    ),
    occurrences AS (
        SELECT DISTINCT extraction_id
        FROM insights
        WHERE derived_id GLOBAL IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'insight')
    )
SELECT
    {run:UInt64},
    if(
        extraction_id GLOBAL IN (
            SELECT extraction_id
            FROM (
                SELECT extraction_id, arrayJoin(insights) AS insight
                FROM extractions
                WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM occurrences)
            )
            WHERE insight.derived_id GLOBAL NOT IN (SELECT derived_id FROM returned)
                OR insight.insight_id GLOBAL NOT IN (SELECT key FROM names)
            UNION DISTINCT
            SELECT extraction_id
            FROM links
            WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM occurrences) AND link_id GLOBAL NOT IN (SELECT key FROM names)
        ),
        'occurrence', 'extraction'
    ),
    extraction_id
FROM occurrences

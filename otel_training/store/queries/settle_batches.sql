-- Adds the extractions whose calls a Message Batch may have answered: which one a result belongs to depends on all of them.
-- These are all that a touched batch names, and all with a text that such a batch, or a touched extraction, has, too.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (
        SELECT event_id, extraction_id, custom_id
        FROM llm_calls
        WHERE batch_id != '' AND batch_id GLOBAL IN (
            SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'batch'
            UNION DISTINCT
            SELECT batch_id FROM llm_calls WHERE extraction_id GLOBAL IN (
                SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'extraction'
            )
        )
    ),
    texts AS (
        SELECT event_id, extraction_id, arrayJoin(arrayMap(t -> left(t, 8), texts)) AS beginning
        FROM output_texts
    )
SELECT DISTINCT {run:UInt64}, 'extraction', extraction_id
FROM (
    SELECT arrayJoin([extraction_id, custom_id]) AS extraction_id FROM touched
    UNION ALL
    SELECT extraction_id
    FROM texts
    WHERE event_id = extraction_id AND beginning GLOBAL IN (
        SELECT beginning FROM texts
        WHERE event_id GLOBAL IN (
            SELECT event_id FROM touched
            UNION DISTINCT
            SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'extraction'
        )
    )
)
WHERE extraction_id != ''

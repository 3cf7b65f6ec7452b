-- What the extractions of a frozen dataset cost, and how long the model took: NULL where nobody knows any more.
-- Parameters: dataset_id; split.
SELECT
    x.extraction_id AS extraction_id,
    toString(x.cost) AS cost,
    c.duration AS seconds
FROM (
    SELECT extraction_id, cost, call_event_id
    FROM examples FINAL
    WHERE extraction_id GLOBAL IN (
        SELECT extraction_id FROM dataset_rows WHERE dataset_id = {dataset_id:String} AND split = {split:String}
    )
) AS x
GLOBAL LEFT JOIN (
    SELECT event_id, any(llm_calls.duration) AS duration
    FROM llm_calls
    WHERE extraction_id GLOBAL IN (
        SELECT extraction_id FROM dataset_rows WHERE dataset_id = {dataset_id:String} AND split = {split:String}
    )
    GROUP BY event_id
) AS c ON c.event_id = x.call_event_id

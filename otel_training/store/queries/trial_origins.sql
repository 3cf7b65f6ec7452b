-- Which model and prompt answered the rows of a frozen dataset; and of the last captured call of all, without an extraction:
-- but for what a candidate answered, whose rows are those that today's model is to check.
-- Parameters: dataset_id.
-- Result: extraction_id, model, prompt_version ('' where a template stands in), and `last`, when that call was; 0 of rows.
SELECT extraction_id, model, prompt_version, 0. AS last
FROM examples FINAL
WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM dataset_rows WHERE dataset_id = {dataset_id:String})
UNION ALL
SELECT '' AS extraction_id, e.model AS model, e.prompt_version AS prompt_version, toFloat64(e.ts) AS last
FROM (
    SELECT model, prompt_version, ts
    FROM examples FINAL
    WHERE call_event_id != ''
        AND extraction_id GLOBAL NOT IN (SELECT if(served = 'claude', attempt_id, extraction_id) FROM assignments)
    ORDER BY ts DESC, extraction_id
    LIMIT 1
) AS e

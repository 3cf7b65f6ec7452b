-- Which model and prompt answered the rows of a frozen dataset; and of the last captured call of all, without an extraction.
-- Parameters: dataset_id.
-- Result: extraction_id, model, prompt_version ('' where a template stands in), and `last`, when that call was; 0 of rows.
SELECT extraction_id, model, prompt_version, 0. AS last
FROM examples FINAL
WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM dataset_rows WHERE dataset_id = {dataset_id:String})
UNION ALL
SELECT '' AS extraction_id, e.model AS model, e.prompt_version AS prompt_version, toFloat64(e.ts) AS last
FROM (
    SELECT model, prompt_version, ts FROM examples FINAL WHERE call_event_id != '' ORDER BY ts DESC, extraction_id LIMIT 1
) AS e

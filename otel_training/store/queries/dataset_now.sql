-- What readers make of the extractions of a frozen dataset by now.
-- Parameters: dataset_id.
SELECT extraction_id, net
FROM (SELECT extraction_id, net FROM examples FINAL)
WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM dataset_rows WHERE dataset_id = {dataset_id:String})

-- The rows of a frozen dataset, the oldest first.
-- Parameters: dataset_id; split, '' for all.
SELECT extraction_id, split, component, net, example
FROM dataset_rows FINAL
WHERE dataset_id = {dataset_id:String} AND {split:String} IN ('', split)
ORDER BY ts, extraction_id
SETTINGS max_block_size = 512, max_threads = 1

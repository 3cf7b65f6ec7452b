-- The texts of a page of picked.sql, in its order; without those that have none.
-- Parameters: extraction_ids.
-- Result: extraction_id and what was captured of each; insights with the ids by which picked.sql has their votes.
SELECT
    extraction_id,
    ts AS timestamp,
    topic,
    source_url,
    source_content,
    source_truncated,
    arrayMap(
        i -> CAST((i.text, i.category, i.derived_id), 'Tuple(text String, category Nullable(String), id String)'), insights
    ) AS insights
FROM extractions FINAL
WHERE extraction_id IN {extraction_ids:Array(String)} AND arrayExists(i -> match(i.text, '\\S'), insights)
ORDER BY timestamp, extraction_id
-- Rows of 10 kB and more: small blocks, or each takes 100 MB; one thread, which reads faster than we write.
SETTINGS output_format_parallel_formatting = 0, max_bytes_before_external_sort = 200000000, date_time_output_format = 'iso',
    max_block_size = 64, max_threads = 1

-- Which datasets hold an extraction that is to be forgotten.
SELECT DISTINCT name
FROM datasets
WHERE dataset_id IN (
    SELECT dataset_id FROM dataset_rows WHERE extraction_id IN (SELECT id FROM forgotten WHERE kind = 'extraction')
)
ORDER BY name

-- How many records older than a time have texts, by table; those that `retention_text_*` take out.
-- Parameters: before, seconds of Unix time.
WITH toDateTime64({before:UInt32}, 9, 'UTC') AS before
SELECT 'extractions' AS table, count() AS rows
FROM extractions
WHERE ts < before AND (source_content IS NOT NULL OR arrayExists(i -> i.text != '', insights))
UNION ALL SELECT 'llm_calls', count() FROM llm_calls WHERE ts < before AND (output IS NOT NULL OR concat(messages, tools) != '')
UNION ALL SELECT 'corrections', count() FROM corrections WHERE ts < before AND arrayExists(i -> i.text != '', insights)
UNION ALL SELECT 'shadows', count() FROM shadows WHERE ts < before AND arrayExists(i -> i.text != '', insights)
UNION ALL SELECT 'queries', count() FROM queries WHERE ts < before AND query IS NOT NULL

-- Takes the texts out of records that are older than a time, as content=none would have.
-- Parameters: before, seconds of Unix time.
ALTER TABLE extractions UPDATE
    source_content = NULL,
    insights = arrayMap(i -> (i.insight_id, i.derived_id, '', i.category, i.text_sha256), insights)
WHERE ts < toDateTime64({before:UInt32}, 9, 'UTC')
SETTINGS mutations_sync = 2

-- The insights of all extractions.
INSERT INTO insights (insight_id, derived_id, text_sha256, source_url, extraction_id, insight_index, ts, passed_filters)
SELECT i.insight_id, i.derived_id, i.text_sha256, source_url, extraction_id, place - 1, ts, passed_filters
FROM extractions
ARRAY JOIN insights AS i, arrayEnumerate(insights) AS place
SETTINGS max_partitions_per_insert_block = 0

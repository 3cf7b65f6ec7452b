-- Which records are in the store: their ids.
-- No parameters. Column: id.
SELECT DISTINCT id FROM (
    SELECT extraction_id AS id FROM extractions
    UNION ALL SELECT event_id AS id FROM llm_calls
    UNION ALL SELECT event_id AS id FROM feedback
    UNION ALL SELECT event_id AS id FROM impressions
    UNION ALL SELECT event_id AS id FROM queries
    UNION ALL SELECT event_id AS id FROM corrections
)
ORDER BY id

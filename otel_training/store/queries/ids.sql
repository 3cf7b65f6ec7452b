-- Which records are in the store: their ids, each with the line of the log that it was imported from, 0 where it was not.
-- Parameter: least, the least such line.
SELECT id, max(imported_line) AS line
FROM (
    SELECT extraction_id AS id, imported_line FROM extractions
    UNION ALL SELECT event_id, imported_line FROM feedback
    UNION ALL SELECT event_id, imported_line FROM links
    UNION ALL
    SELECT event_id, 0
    FROM (
        SELECT event_id FROM llm_calls
        UNION ALL SELECT event_id FROM impressions
        UNION ALL SELECT event_id FROM queries
        UNION ALL SELECT event_id FROM corrections
        UNION ALL SELECT event_id FROM scores
        UNION ALL SELECT event_id FROM assignments
        UNION ALL SELECT event_id FROM shadows
    )
    WHERE {least:UInt64} = 0
)
WHERE imported_line >= {least:UInt64}
GROUP BY id
ORDER BY id

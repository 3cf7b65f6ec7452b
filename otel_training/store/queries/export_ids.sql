-- Which extractions export.sql takes, in its order: with pages of these as its `extraction_ids` it sorts and joins the texts of a page alone.
-- Parameters: those of chosen.sql. Result: extraction_id.
SELECT extraction_id
FROM examples FINAL
WHERE extraction_id GLOBAL IN (
    SELECT extraction_id FROM (
/*{chosen}*/
    )
)
ORDER BY ts, extraction_id

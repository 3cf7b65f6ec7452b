-- The topics of extractions.
SELECT DISTINCT topic FROM extractions WHERE topic != '' ORDER BY topic

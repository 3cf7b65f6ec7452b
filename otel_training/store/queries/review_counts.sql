-- Every decision that stands, by extraction: who made it and what it is.
SELECT extraction_id, reviewer, decision FROM v_reviews ORDER BY extraction_id, reviewer

-- The insights that this time's extractions returned.
SELECT DISTINCT derived_id
FROM insights
WHERE $__timeFilter(ts) AND extraction_id GLOBAL IN (
    SELECT extraction_id FROM examples WHERE $__timeFilter(ts) /*{topic}*/
)

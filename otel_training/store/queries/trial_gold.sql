-- What people decided of extractions: those on which nobody disagrees, a sample, the same each time.
-- Parameters: limit.
SELECT extraction_id, any(topic) AS topic, min(decision) AS label
FROM v_reviews AS r
GLOBAL LEFT JOIN (
    SELECT extraction_id, topic FROM examples FINAL WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM reviews)
) AS x ON x.extraction_id = r.extraction_id
GROUP BY extraction_id
HAVING min(decision) = max(decision)
ORDER BY sipHash64(extraction_id)
LIMIT {limit:UInt64}

-- What reviewers decided last of each source and its insights, however often they were extracted.
CREATE OR REPLACE VIEW v_decisions /*{on_cluster}*/ AS
SELECT e.duplicate_key AS duplicate_key, argMax(r.decision, (r.ts, r.reviewer)) AS decision
FROM v_reviews AS r
GLOBAL INNER JOIN (
    SELECT extraction_id, duplicate_key
    FROM examples FINAL
    WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM reviews)
) AS e ON e.extraction_id = r.extraction_id
GROUP BY duplicate_key

-- The last decision of each reviewer on each extraction, without those taken back.
CREATE OR REPLACE VIEW v_reviews /*{on_cluster}*/ AS
SELECT
    extraction_id,
    reviewer,
    argMax(decision, (r.ts, event_id)) AS decision,
    max(r.ts) AS ts
FROM reviews AS r
GROUP BY extraction_id, reviewer
HAVING decision >= 0

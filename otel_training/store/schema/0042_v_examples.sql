-- Engagement of each extraction: net is the sum over its insights, viewers the most of any of them. All extractions that
-- returned an insight have its votes and readers.
CREATE OR REPLACE VIEW v_examples /*{on_cluster}*/ AS
SELECT
    o.extraction_id AS extraction_id,
    sum(i.likes) AS likes,
    sum(i.dismissals) AS dismissals,
    sum(i.net) AS net,
    sum(i.bookmarks) AS bookmarks,
    sum(i.shares) AS shares,
    max(i.viewers) AS viewers
FROM (SELECT DISTINCT extraction_id, derived_id FROM insights) AS o
INNER JOIN v_insights AS i ON i.insight = o.derived_id
GROUP BY o.extraction_id

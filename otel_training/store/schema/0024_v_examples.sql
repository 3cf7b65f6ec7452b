-- Engagement of each extraction: net is the sum over its insights, viewers the most of any of them.
CREATE VIEW IF NOT EXISTS v_examples /*{on_cluster}*/ AS
SELECT
    extraction_id,
    sum(likes) AS likes,
    sum(dismissals) AS dismissals,
    sum(net) AS net,
    sum(bookmarks) AS bookmarks,
    sum(shares) AS shares,
    max(viewers) AS viewers
FROM v_insights
GROUP BY extraction_id

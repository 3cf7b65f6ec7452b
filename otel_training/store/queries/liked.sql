-- What readers made of extractions: of all insights that each returned.
-- Parameters: none, but the rows of `returned` before it: extraction_id, insight.
SELECT
    o.extraction_id AS extraction_id,
    sum(i.likes) AS likes,
    sum(i.dismissals) AS dismissals,
    sum(i.bookmarks) AS bookmarks,
    sum(i.shares) AS shares,
    max(i.viewers) AS viewers,
    sum(i.reactions) AS reactions,
    sum(i.anonymous_shown) AS anonymous_shown,
    sum(i.anonymous_actions) AS anonymous_actions,
    sum(i.odd_actions) AS odd_actions
FROM returned AS o
GLOBAL INNER JOIN (
    SELECT *
    FROM engagement
    PREWHERE insight GLOBAL IN (SELECT insight FROM returned)
    ORDER BY revision DESC
    LIMIT 1 BY insight
) AS i ON i.insight = o.insight
GROUP BY extraction_id

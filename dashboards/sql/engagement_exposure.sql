-- How many readers does an insight reach? This time's insights by their readers. The export asks for ten: a heap at `1 to 4`
-- is a feed that shows each insight to few.
SELECT
    multiIf(
        viewers >= 20, '20 and more', viewers >= 10, '10 to 19', viewers >= 5, '5 to 9', viewers >= 1, '1 to 4', 'none'
    ) AS readers,
    count() AS insights
FROM (
    SELECT o.insight, coalesce(v.viewers, 0) AS viewers
    FROM (
        SELECT DISTINCT i.derived_id AS insight
        FROM insights AS i
        INNER JOIN (SELECT extraction_id, topic FROM extractions FINAL WHERE $__timeFilter(ts) /*{topic}*/) AS e
            ON e.extraction_id = i.extraction_id
    ) AS o
    LEFT JOIN v_insights AS v ON v.insight = o.insight
)
GROUP BY readers
ORDER BY min(viewers)

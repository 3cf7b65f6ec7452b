-- How readers spread their likes, and their dismissals, over sources: those who cast equally many, and have at least so large a
-- share of them on one domain (`site`; '' for the others, who are not named). What was undone counts, too.
-- Parameters: loyal, the share.
WITH sources AS (
    SELECT i.derived_id AS insight, min(cutToFirstSignificantSubdomain(e.source_url)) AS site
    FROM (SELECT derived_id, extraction_id FROM insights) AS i
    GLOBAL INNER JOIN (SELECT extraction_id, source_url FROM examples FINAL) AS e ON e.extraction_id = i.extraction_id
    GROUP BY insight
    HAVING site != ''
)
SELECT
    vote, if(most >= {loyal:Float64} * votes, top, '') AS site, votes, count() AS count,
    groupArrayIf(reader, site != '') AS readers, sumMap(spread) AS sites
FROM (
    SELECT
        vote, reader, sum(n) AS votes, max(n) AS most, argMax(site, n) AS top,
        CAST((groupArray(site), groupArray(n)), 'Map(String, UInt64)') AS spread
    FROM (
        SELECT toString(r.action) AS vote, r.reader AS reader, s.site AS site, uniqExact(s.insight) AS n
        FROM (
            SELECT DISTINCT id, reader, action FROM reader_events WHERE is_action AND action IN ('like', 'x') AND reader != 0
        ) AS r
        GLOBAL INNER JOIN (
            SELECT id, arrayJoin(arrayDistinct(arrayFlatten(names.insights))) AS insight FROM aliases FINAL
        ) AS a ON a.id = r.id
        GLOBAL INNER JOIN sources AS s ON s.insight = a.insight
        GROUP BY vote, reader, site
    )
    GROUP BY vote, reader
)
GROUP BY vote, site, votes

-- How readers spread their likes, and their dismissals, over sources: those who cast equally many, and have at least so large a
-- share of them on one domain (`site`; '' for the others, who are not named).
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
        SELECT v.vote AS vote, v.reader AS reader, s.site AS site, count() AS n
        FROM (
            SELECT insight, alike.1 AS vote, arrayJoin(alike.2) AS reader
            FROM (SELECT insight, liked_by, dismissed_by FROM engagement FINAL)
            ARRAY JOIN [('like', liked_by), ('x', dismissed_by)] AS alike
        ) AS v
        GLOBAL INNER JOIN sources AS s ON s.insight = v.insight
        GROUP BY vote, reader, site
    )
    GROUP BY vote, reader
)
GROUP BY vote, site, votes

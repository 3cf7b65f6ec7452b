-- How readers spread their likes, and their dismissals, over sources: those who cast equally many, and have at least so large a
-- share of them on one domain (`site`; '' for the others, who are not named).
-- Parameters: loyal, the share.
SELECT
    vote, if(most >= {loyal:Float64} * votes, top, '') AS site, votes, count() AS count,
    groupArrayIf(reader, site != '') AS readers, sumMap(spread) AS sites
FROM (
    SELECT
        vote, reader, sum(n) AS votes, max(n) AS most, argMax(site, n) AS top,
        CAST((groupArray(site), groupArray(n)), 'Map(String, UInt64)') AS spread
    FROM (
        SELECT alike.1 AS vote, arrayJoin(alike.2) AS reader, toString(s.site) AS site, count() AS n
        FROM (
            SELECT sipHash64(insight) AS hash, liked_by, dismissed_by
            FROM engagement FINAL
            WHERE notEmpty(liked_by) OR notEmpty(dismissed_by)
        ) AS v
        -- Any: an insight is a text of one source. By hashes, which take a fourth of the memory.
        GLOBAL ANY INNER JOIN (
            SELECT sipHash64(derived_id) AS hash, toLowCardinality(cutToFirstSignificantSubdomain(source_url)) AS site
            FROM insights
            WHERE site != ''
        ) AS s ON s.hash = v.hash
        ARRAY JOIN [('like', liked_by), ('x', dismissed_by)] AS alike
        GROUP BY vote, reader, site
    )
    GROUP BY vote, reader
)
GROUP BY vote, site, votes

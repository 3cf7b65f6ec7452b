-- The examples as they are, and what is left of their votes and viewers without what doubted.sql leaves out: `trusted_...`.
-- Parameters: those of doubted.sql.
SELECT
    e.*,
    e.likes - t.likes AS trusted_likes,
    e.dismissals - t.dismissals AS trusted_dismissals,
    trusted_likes - trusted_dismissals AS trusted_net,
    if(t.extraction_id = '', e.viewers, t.viewers) AS trusted_viewers
FROM (SELECT * FROM examples FINAL) AS e
GLOBAL LEFT JOIN (
    WITH doubts AS (
/*{doubted}*/
    )
    SELECT o.extraction_id AS extraction_id, sum(d.likes) AS likes, sum(d.dismissals) AS dismissals,
        toUInt64(max(g.viewers - d.viewers)) AS viewers
    FROM (
        SELECT DISTINCT extraction_id, derived_id
        FROM insights
        WHERE extraction_id GLOBAL IN (
            SELECT extraction_id
            FROM insights
            WHERE derived_id GLOBAL IN (
                SELECT insight FROM doubts
            )
        )
    ) AS o
    GLOBAL INNER JOIN (SELECT insight, viewers FROM engagement FINAL) AS g ON g.insight = o.derived_id
    GLOBAL LEFT JOIN doubts AS d ON d.insight = o.derived_id
    GROUP BY extraction_id
) AS t ON t.extraction_id = e.extraction_id

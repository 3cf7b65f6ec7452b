-- The votes on the insights of some extractions, of those that are counted.
-- Parameters: ids; and those of doubted.sql.
SELECT g.insight AS insight, g.likes - d.likes AS likes, g.dismissals - d.dismissals AS dismissals
FROM (SELECT * FROM engagement FINAL) AS g
GLOBAL LEFT JOIN (
/*{doubted}*/
) AS d ON d.insight = g.insight
WHERE g.insight GLOBAL IN (
    SELECT arrayJoin(insights.derived_id) FROM extractions WHERE extraction_id GLOBAL IN {ids:Array(String)}
)

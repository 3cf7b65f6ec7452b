-- What readers made of the sources of each arm in the experiments of a candidate, by the assignment, whichever arm answered: the
-- votes on the insights that were shown, each insight once an arm.
-- Parameters: candidate.
WITH
    assigned AS (
        SELECT extraction_id, if(arm = 'claude', 'baseline', 'candidate') AS side
        FROM assignments FINAL
        WHERE experiment GLOBAL IN (SELECT experiment FROM assignments WHERE candidate = {candidate:String})
            AND (arm = 'claude' OR candidate = {candidate:String}) AND decision NOT IN ('frozen', 'killed')
    ),
    returned AS (
        SELECT DISTINCT a.side AS side, arrayJoin(x.ids) AS insight
        FROM (
            SELECT extraction_id, insights.derived_id AS ids
            FROM extractions FINAL
            WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM assigned)
        ) AS x
        GLOBAL INNER JOIN assigned AS a ON a.extraction_id = x.extraction_id
    )
SELECT r.side AS side, toUInt32(sum(e.likes)) AS likes, toUInt32(sum(e.dismissals)) AS dismissals
FROM returned AS r
GLOBAL INNER JOIN (
    SELECT insight, likes, dismissals
    FROM engagement
    WHERE insight GLOBAL IN (SELECT insight FROM returned)
    ORDER BY revision DESC
    LIMIT 1 BY insight
) AS e ON e.insight = r.insight
GROUP BY side
ORDER BY side

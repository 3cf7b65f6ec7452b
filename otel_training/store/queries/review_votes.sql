-- The votes on the insights of some extractions.
-- Parameters: ids.
SELECT insight, likes, dismissals
FROM (SELECT * FROM engagement FINAL)
WHERE insight GLOBAL IN (
    SELECT arrayJoin(insights.derived_id) FROM extractions WHERE extraction_id GLOBAL IN {ids:Array(String)}
)

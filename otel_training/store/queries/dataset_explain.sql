-- What one extraction has that the filters ask for, and which of those with its source and its insights is taken.
-- Parameters: those of chosen.sql; extraction_id.
WITH chosen AS (
/*{chosen}*/
)
SELECT
    x.quality_score AS quality_score, x.likes AS likes, x.dismissals AS dismissals, x.viewers AS viewers,
    x.call_event_id AS call_event_id, toUnixTimestamp(x.ts) AS second, c.extraction_id AS chosen
FROM (SELECT * FROM examples FINAL WHERE extraction_id = {extraction_id:String}) AS x
GLOBAL LEFT JOIN chosen AS c ON c.duplicate_key = x.duplicate_key

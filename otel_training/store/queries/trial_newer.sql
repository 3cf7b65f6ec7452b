-- What today's model answers to some extractions, where it was asked (`dataset refresh`): the last answer of each.
-- Parameters: ids.
SELECT extraction_id, argMax(answer, ts) AS answer, argMax(model, ts) AS model
FROM (
    SELECT extraction_id, ts, answer, model
    FROM evaluations FINAL
    WHERE judge = 'refresh' AND error = '' AND extraction_id GLOBAL IN {ids:Array(String)}
)
GROUP BY extraction_id

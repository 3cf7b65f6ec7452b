-- The evaluations of a candidate, the last first.
-- Parameters: candidate, '' for all.
SELECT
    evaluation_id, any(candidate) AS candidate, any(dataset_id) AS dataset_id, any(judge) AS judge, any(rubric) AS rubric,
    max(is_simulated) AS is_simulated, max(is_self_reported) AS is_self_reported,
    countIf(arm = 'candidate' AND judged % 2 = 1) AS pairs, formatDateTime(max(e.ts), '%FT%TZ') AS last
FROM evaluations AS e FINAL
WHERE {candidate:String} IN ('', candidate)
GROUP BY evaluation_id
ORDER BY max(e.ts) DESC, evaluation_id

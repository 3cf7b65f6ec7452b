-- The evaluations of a candidate, the last first, without what was judged after its promotion.
-- Parameters: candidate.
SELECT
    evaluation_id, any(e.candidate) AS candidate, any(candidate_id) AS candidate_id, any(dataset_id) AS dataset_id,
    any(split) AS split, any(judge) AS judge, any(rubric) AS rubric, max(is_self_reported) AS is_self_reported,
    max(is_simulated) AS is_simulated
FROM (SELECT * FROM evaluations FINAL WHERE candidate = {candidate:String} AND split != 'watch') AS e
GROUP BY evaluation_id
ORDER BY max(e.ts) DESC, evaluation_id

-- What each arm answered in an evaluation, and what the judge said of it.
-- Parameters: evaluation_id.
SELECT
    * EXCEPT (cost, judge_cost, ts, revision),
    toString(cost) AS cost,
    toString(judge_cost) AS judge_cost
FROM evaluations FINAL
WHERE evaluation_id = {evaluation_id:String}
ORDER BY extraction_id, arm
SETTINGS max_block_size = 512

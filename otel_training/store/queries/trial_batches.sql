-- The batches that were submitted to the judge of an evaluation, the oldest first.
-- Parameters: evaluation_id.
SELECT batch_id FROM judge_batches FINAL WHERE evaluation_id = {evaluation_id:String} ORDER BY ts, batch_id

-- Whether any call was one of a Message Batch.
-- Result: has_batches.
SELECT count(batch_id) > 0 AS has_batches FROM llm_calls WHERE batch_id != ''

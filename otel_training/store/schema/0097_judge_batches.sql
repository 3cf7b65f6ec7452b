-- The Message Batches that were submitted to the judge of an evaluation: one that was interrupted reads them, and pays nothing twice.
CREATE TABLE IF NOT EXISTS judge_batches /*{on_cluster}*/ (
    evaluation_id String,
    batch_id String,
    ts DateTime64(9, 'UTC')
) ENGINE = /*{replicated}*/ReplacingMergeTree
ORDER BY (evaluation_id, batch_id)

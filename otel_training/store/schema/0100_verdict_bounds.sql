-- What was known of a candidate's quality after so many sources (`n`): the ratio to the baseline's that it keeps, between bounds
-- that hold however often one looks; `bar` is what must be kept. metric: score, passed. The last revision counts.
CREATE TABLE IF NOT EXISTS verdict_bounds /*{on_cluster}*/ (
    evaluation_id String,
    metric LowCardinality(String),
    n UInt32,
    ts DateTime64(9, 'UTC'),
    revision UInt64,
    candidate String,
    ratio Float64,
    lower Float64,
    upper Nullable(Float64),
    bar Float64,
    verdict LowCardinality(String),
    is_simulated Bool
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision)
ORDER BY (evaluation_id, metric, n)

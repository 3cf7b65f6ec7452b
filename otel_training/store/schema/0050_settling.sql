-- What a settling works on: the keys that it took, and what they lead to, step by step.
CREATE TABLE IF NOT EXISTS settling /*{on_cluster}*/ (
    run UInt64,
    step LowCardinality(String),
    key String
) ENGINE = /*{replicated}*/MergeTree
ORDER BY (run, step, key)
TTL toDateTime(intDiv(run, 1000000000)) + toIntervalHour(2)

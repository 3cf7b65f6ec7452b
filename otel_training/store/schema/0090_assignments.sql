-- Every call of an experiment: which arm its source belongs to, and which answered.
CREATE TABLE IF NOT EXISTS assignments /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    experiment LowCardinality(String),
    arm LowCardinality(String),
    flag_reason LowCardinality(String),
    served LowCardinality(String),
    decision LowCardinality(String),
    reason LowCardinality(String),
    candidate LowCardinality(String),
    unit String,
    weights LowCardinality(String),
    extraction_id String,
    attempt_id String,
    outcome LowCardinality(String),
    duration Nullable(Float64),
    simulated Bool
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (extraction_id, event_id)

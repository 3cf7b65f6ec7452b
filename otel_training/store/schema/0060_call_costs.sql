-- What each call of a model costs in USD, NULL where that is unknown, with the reason (`repeated`: another record of the
-- same response has the cost); whose price it is, and of which version of the prices. The last revision holds.
CREATE TABLE IF NOT EXISTS call_costs /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    cost Nullable(Decimal(38, 12)),
    reason LowCardinality(String),
    source LowCardinality(String),
    model LowCardinality(String),
    version LowCardinality(String),
    assumption LowCardinality(String),
    revision UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision)
PARTITION BY toYYYYMM(ts)
ORDER BY event_id

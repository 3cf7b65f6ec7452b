-- Every action of a reader, as it came; votes are computed from it.
CREATE TABLE IF NOT EXISTS feedback /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    insight_id String,
    action LowCardinality(String),
    user_hash String,
    user_key_id LowCardinality(String),
    imported_line UInt64,
    trace_id String,
    span_id String
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (insight_id, event_id)

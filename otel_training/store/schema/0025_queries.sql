-- Every search: what was asked, and how good the sources were that it found.
CREATE TABLE IF NOT EXISTS queries /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    task LowCardinality(String),
    query Nullable(String) CODEC(ZSTD(3)),
    result_count Nullable(UInt64),
    quality_mean Nullable(Float64),
    quality_min Nullable(Float64),
    pass_ratio Nullable(Float64),
    duration Nullable(Float64),
    outcome LowCardinality(String),
    error_type LowCardinality(String),
    user_hash String,
    user_key_id LowCardinality(String),
    trace_id String,
    span_id String
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY event_id

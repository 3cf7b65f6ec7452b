-- Every extraction attempt: what went in, what came out, how it ended.
CREATE TABLE IF NOT EXISTS extractions /*{on_cluster}*/ (
    extraction_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    task LowCardinality(String),
    task_version LowCardinality(String),
    topic String,
    source_url String,
    source_content Nullable(String) CODEC(ZSTD(3)),
    source_length Nullable(UInt64),
    source_truncated Bool,
    insights Array(Tuple(
        insight_id String,
        derived_id String,
        text String,
        category Nullable(String),
        text_sha256 String
    )) CODEC(ZSTD(3)),
    insight_count Nullable(UInt32),
    output_sha256 String,
    quality_score Nullable(Float64),
    passed_filters Nullable(Bool),
    outcome LowCardinality(String),
    error_type LowCardinality(String),
    duration Nullable(Float64),
    redactions UInt32,
    imported_line UInt64,
    trace_id String,
    span_id String
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY extraction_id

-- Every call of a model under an extraction; the judges' calls are among them.
CREATE TABLE IF NOT EXISTS llm_calls /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    extraction_id String,
    provider LowCardinality(String),
    model LowCardinality(String),
    response_model LowCardinality(String),
    response_id String,
    finish_reason LowCardinality(String),
    error_type LowCardinality(String),
    duration Nullable(Float64),
    time_to_first_chunk Nullable(Float64),
    max_tokens Nullable(UInt64),
    stream Bool,
    service_tier LowCardinality(String),
    input_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    cache_read_input_tokens Nullable(UInt64),
    cache_write_input_tokens Nullable(UInt64),
    cache_write_5m_input_tokens Nullable(UInt64),
    cache_write_1h_input_tokens Nullable(UInt64),
    reasoning_output_tokens Nullable(UInt64),
    prompt_version LowCardinality(String),
    batch_id String,
    custom_id String,
    messages String CODEC(ZSTD(3)),
    output Nullable(String) CODEC(ZSTD(3)),
    tools String CODEC(ZSTD(3)),
    output_sha256 String
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (extraction_id, event_id)

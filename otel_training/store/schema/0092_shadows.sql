-- What candidates answered beside, shown to nobody, and the calls of models that it took: these are in no other table.
CREATE TABLE IF NOT EXISTS shadows /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    experiment LowCardinality(String),
    arm LowCardinality(String),
    candidate LowCardinality(String),
    unit String,
    extraction_id String,
    insights Array(Tuple(insight_id String, text String, category Nullable(String))) CODEC(ZSTD(3)),
    calls Array(Tuple(
        provider String,
        model String,
        response_model String,
        response_id String,
        service_tier String,
        error_type String,
        duration Nullable(Float64),
        input_tokens Nullable(UInt64),
        output_tokens Nullable(UInt64),
        cache_read_input_tokens Nullable(UInt64),
        cache_write_input_tokens Nullable(UInt64),
        cache_write_5m_input_tokens Nullable(UInt64),
        cache_write_1h_input_tokens Nullable(UInt64),
        reasoning_output_tokens Nullable(UInt64)
    )) CODEC(ZSTD(3)),
    quality_score Nullable(Float64),
    outcome LowCardinality(String),
    error_type LowCardinality(String),
    duration Nullable(Float64),
    simulated Bool
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (extraction_id, event_id)

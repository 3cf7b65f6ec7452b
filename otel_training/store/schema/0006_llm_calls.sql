-- Every call of a model under an extraction; the judges' calls are among them.
CREATE TABLE IF NOT EXISTS llm_calls /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    extraction_id String,
    provider LowCardinality(String),
    model LowCardinality(String),
    input_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    messages String CODEC(ZSTD(3)),
    output Nullable(String) CODEC(ZSTD(3)),
    output_sha256 String
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (extraction_id, event_id)

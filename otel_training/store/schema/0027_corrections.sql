-- What a person says the answer of an extraction should have been; the last one wins.
CREATE TABLE IF NOT EXISTS corrections /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    extraction_id String,
    evaluator_kind LowCardinality(String),
    insights Array(Tuple(text String, category Nullable(String))) CODEC(ZSTD(3))
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (extraction_id, event_id)

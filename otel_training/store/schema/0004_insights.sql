-- Where each insight occurs: its ids and its text's digest, without the text.
CREATE TABLE IF NOT EXISTS insights /*{on_cluster}*/ (
    insight_id String,
    derived_id String,
    text_sha256 String,
    source_url String,
    extraction_id String,
    insight_index UInt16,
    ts DateTime64(9, 'UTC'),
    passed_filters Nullable(Bool)
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (insight_id, extraction_id, insight_index)

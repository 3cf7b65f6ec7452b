-- What ties an id of the app to an insight: its text's digest, or its place in an extraction.
CREATE TABLE IF NOT EXISTS links /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    link_id String,
    text_sha256 String,
    source_url String,
    extraction_id String,
    insight_index Nullable(UInt16),
    imported_line UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (link_id, event_id)

-- The rows of frozen datasets: each an example as JSON (prompt and answer, insights with their votes, what it was chosen by),
-- as it was then. Rows of one component have one split. No partition by time: a frozen row outlives what it was made of.
CREATE TABLE IF NOT EXISTS dataset_rows /*{on_cluster}*/ (
    dataset_id String,
    extraction_id String,
    ts DateTime64(9, 'UTC'),
    split LowCardinality(String),
    component String,
    topic String,
    source_url String,
    prompt LowCardinality(String),
    quality_score Nullable(Float64),
    net Int64,
    viewers UInt64,
    example String CODEC(ZSTD(3))
) ENGINE = /*{replicated}*/ReplacingMergeTree
ORDER BY (dataset_id, extraction_id)

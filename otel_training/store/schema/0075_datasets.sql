-- Frozen datasets: what each was chosen by (parameters and funnel as JSON), and how many rows and groups each split has.
-- dataset_id is the digest of parameters and rows.
CREATE TABLE IF NOT EXISTS datasets /*{on_cluster}*/ (
    name String,
    dataset_id String,
    ts DateTime64(9, 'UTC'),
    version LowCardinality(String),
    schema LowCardinality(String),
    salt String,
    parameters String,
    funnel String,
    splits Map(String, UInt64),
    groups Map(String, UInt64)
) ENGINE = /*{replicated}*/ReplacingMergeTree
ORDER BY name

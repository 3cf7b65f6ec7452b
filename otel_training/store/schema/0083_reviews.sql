-- What reviewers decided of extractions: 1 accepted, 0 rejected, -1 taken back; of a reviewer the last one counts.
CREATE TABLE IF NOT EXISTS reviews /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    extraction_id String,
    reviewer String,
    decision Int8
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (extraction_id, event_id)

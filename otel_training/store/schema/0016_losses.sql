-- Records that were lost before they reached a segment, as their writer counted them.
CREATE TABLE IF NOT EXISTS losses /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    reason LowCardinality(String),
    count UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY event_id

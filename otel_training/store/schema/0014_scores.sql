-- What was said of an extraction or an insight after its record; the last one of a name wins.
CREATE TABLE IF NOT EXISTS scores /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    target_id String,
    name LowCardinality(String),
    value Float64
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (target_id, name, event_id)

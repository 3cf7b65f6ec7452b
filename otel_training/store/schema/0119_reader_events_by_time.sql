-- What readers saw and did (`is_action`), by when: one row for each feed that they were shown, of so many insights (`shown`),
-- and each action. What is counted in a time reads that time alone. `reader` is as in `reader_events`.
CREATE TABLE IF NOT EXISTS reader_events_by_time /*{on_cluster}*/ (
    ts DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    event_id String CODEC(ZSTD(1)),
    is_action Bool,
    service LowCardinality(String),
    action LowCardinality(String),
    shown UInt32,
    reader UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree(shown)
PARTITION BY toYYYYMM(ts)
ORDER BY (ts, event_id)

-- What readers were shown: one row for each insight of an impression, by its place in the feed.
CREATE TABLE IF NOT EXISTS impressions /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    insight_id String,
    position UInt16,
    user_hash String,
    user_key_id LowCardinality(String),
    trace_id String,
    span_id String
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (insight_id, event_id, position)

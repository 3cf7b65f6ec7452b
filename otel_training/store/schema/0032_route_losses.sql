-- Losses of requests: the route, and the keys that they held instead. Reason 'unmatched' counts none: it names a route.
CREATE TABLE IF NOT EXISTS route_losses /*{on_cluster}*/ (
    event_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    reason LowCardinality(String),
    route LowCardinality(String),
    detail String,
    count UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY event_id

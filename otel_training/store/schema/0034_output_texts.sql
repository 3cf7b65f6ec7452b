-- The texts of each extraction's insights and of each call's answer, as digests: tell which call answered what was returned.
-- A digest is 16 hex digits: 8 of the text's beginning, 8 of the whole. `quoted` are those that stand in source or prompt.
CREATE TABLE IF NOT EXISTS output_texts /*{on_cluster}*/ (
    extraction_id String,
    event_id String,
    ts DateTime64(9, 'UTC'),
    items UInt32,
    texts Array(String),
    categories Array(String),
    quoted Array(String)
) ENGINE = /*{replicated}*/ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (extraction_id, event_id)

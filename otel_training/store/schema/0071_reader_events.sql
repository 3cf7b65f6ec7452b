-- What readers saw (`is_action` false) and did, by the id that it came under: what settling reads. Small granules and no months,
-- so that what a few ids take to read does not grow with the store. `reader` is the hash of the pseudonym, 0 for nobody known.
CREATE TABLE IF NOT EXISTS reader_events /*{on_cluster}*/ (
    id String,
    event_id String CODEC(ZSTD(1)),
    is_action Bool,
    position UInt16,
    ts DateTime64(9, 'UTC'),
    imported_line UInt64,
    reader UInt64,
    action LowCardinality(String)
) ENGINE = /*{replicated}*/ReplacingMergeTree
PRIMARY KEY id
ORDER BY (id, event_id, is_action, position)
/*{ttl}*/
SETTINGS index_granularity = 256, min_compress_block_size = 8192

-- What each id names: insights, each time that it was told, earliest first; written by settling, the last revision counts.
CREATE TABLE IF NOT EXISTS aliases /*{on_cluster}*/ (
    id String,
    names Array(Tuple(since DateTime64(9, 'UTC'), insights Array(String))),
    revision UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision)
ORDER BY id

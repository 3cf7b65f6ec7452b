-- What came in since the last settling: extractions, batches, and names of insights (ids that readers saw or acted on).
-- A row is cancelled by its twin of the other sign, so that inserts alone keep the book.
CREATE TABLE IF NOT EXISTS unsettled /*{on_cluster}*/ (
    key String,
    kind LowCardinality(String),
    token UInt64,
    at DateTime,
    sign Int8
) ENGINE = /*{replicated}*/CollapsingMergeTree(sign)
ORDER BY (key, kind, token, at)

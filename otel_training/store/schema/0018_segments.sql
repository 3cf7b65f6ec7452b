-- The drain's ledger: how far each segment was read, and what of it could not be.
CREATE TABLE IF NOT EXISTS segments /*{on_cluster}*/ (
    segment String,
    offset UInt64,
    damaged UInt64,
    torn UInt64,
    revision UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision)
ORDER BY segment

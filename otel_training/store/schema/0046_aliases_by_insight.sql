-- The ids that name an insight, or once did.
CREATE TABLE IF NOT EXISTS aliases_by_insight /*{on_cluster}*/ (
    insight String,
    id String
) ENGINE = /*{replicated}*/ReplacingMergeTree
ORDER BY (insight, id)

-- What is being forgotten, while it is: ids of events and extractions, and pseudonyms of readers. Kept as a table, so that a
-- deletion that was interrupted goes on by itself.
CREATE TABLE IF NOT EXISTS forgotten /*{on_cluster}*/ (
    id String,
    kind LowCardinality(String)
) ENGINE = /*{replicated}*/ReplacingMergeTree
ORDER BY (kind, id)

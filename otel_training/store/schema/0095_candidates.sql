-- Candidates: each a model with its prompt, under a name for good. `definition` is what a call is made of, as JSON; `shots` are
-- the extractions that stand in it as few-shot examples. candidate_id is the digest of the definition.
CREATE TABLE IF NOT EXISTS candidates /*{on_cluster}*/ (
    name String,
    candidate_id String,
    ts DateTime64(9, 'UTC'),
    version LowCardinality(String),
    dataset_id String,
    shots Array(String),
    provider LowCardinality(String),
    model String,
    is_simulated Bool,
    definition String CODEC(ZSTD(3))
) ENGINE = /*{replicated}*/ReplacingMergeTree
ORDER BY name

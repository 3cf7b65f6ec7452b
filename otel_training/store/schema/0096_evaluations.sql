-- Evaluations: what each arm answered to an example, and what the judge said of it; the last revision counts. Two more arms
-- measure the judge: `gold` is an answer that people decided on (`label`), `control` one to another source.
-- judged: 1 the judge was asked, 2 a second time, with the answers the other way round, 3 both. A score is NULL where it was
-- unreadable. place: which of the answers it was, the first time. reported: the score that the extractor gave itself.
CREATE TABLE IF NOT EXISTS evaluations /*{on_cluster}*/ (
    evaluation_id String,
    extraction_id String,
    arm LowCardinality(String),
    ts DateTime64(9, 'UTC'),
    revision UInt64,
    candidate String,
    candidate_id String,
    dataset_id String,
    split LowCardinality(String),
    judge LowCardinality(String),
    rubric LowCardinality(String),
    is_self_reported Bool,
    is_simulated Bool,
    source String,
    slices Map(String, String),
    answer String CODEC(ZSTD(3)),
    error LowCardinality(String),
    model LowCardinality(String),
    input_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    cost Nullable(Decimal(38, 12)),
    prices LowCardinality(String),
    seconds Nullable(Float64),
    reported Nullable(Float64),
    place UInt8,
    judged UInt8,
    score Nullable(Float64),
    score_again Nullable(Float64),
    reason String,
    judge_model LowCardinality(String),
    judge_cost Nullable(Decimal(38, 12)),
    passed Nullable(Bool),
    label Nullable(Bool),
    fields Map(String, Float64),
    checks Map(String, Float64)
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision)
ORDER BY (evaluation_id, extraction_id, arm)

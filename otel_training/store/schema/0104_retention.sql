-- For how many days each class of data is kept, as it was chosen (0 keeps it for good), and each time that rows were looked for
-- (`is_run`): how many were older than that, and went.
CREATE TABLE IF NOT EXISTS retention /*{on_cluster}*/ (
    class LowCardinality(String),
    ts DateTime64(3, 'UTC'),
    is_run Bool,
    days UInt32,
    rows UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree
ORDER BY (class, ts, is_run)

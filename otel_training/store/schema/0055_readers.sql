-- Every reader, by pseudonym, with the first and the last time of seeing or doing anything.
CREATE TABLE IF NOT EXISTS readers /*{on_cluster}*/ (
    user_hash String,
    user_key_id LowCardinality(String),
    first SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    last SimpleAggregateFunction(max, DateTime64(9, 'UTC'))
) ENGINE = /*{replicated}*/AggregatingMergeTree
ORDER BY (user_hash, user_key_id)

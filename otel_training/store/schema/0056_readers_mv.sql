-- Notes who reads.
CREATE MATERIALIZED VIEW IF NOT EXISTS readers_mv /*{on_cluster}*/ TO readers AS
SELECT
    LogAttributes['user.hash'] AS user_hash,
    LogAttributes['training.user.key_id'] AS user_key_id,
    min(Timestamp) AS first,
    max(Timestamp) AS last
FROM otel_logs
WHERE LogAttributes['training.kind'] IN ('feedback', 'impression') AND LogAttributes['user.hash'] != ''
GROUP BY user_hash, user_key_id

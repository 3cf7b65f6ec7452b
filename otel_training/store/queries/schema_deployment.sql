-- How the store is deployed: a later migration is rendered for the same.
-- Result: cluster, of its Distributed tables; replicated; ttl_days of its typed tables; inbound, the engine of otel_logs.
SELECT
    anyIf(extract(engine_full, 'Distributed\\(\'([^\']+)\''), engine = 'Distributed') AS cluster,
    countIf(startsWith(engine, 'Replicated')) > 0 AS replicated,
    max(toUInt32OrZero(extract(engine_full, 'TTL toDateTime\\(ts\\) \\+ toIntervalDay\\((\\d+)\\)'))) AS ttl_days,
    anyIf(engine, name = 'otel_logs') AS inbound
FROM system.tables
WHERE database = currentDatabase()

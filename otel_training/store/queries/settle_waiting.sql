-- How much is not settled, the store's time, and whether any call is of a Message Batch.
-- Parameters: until and since, as seconds of age: counts what came in longer ago than the one, and of the rest what came in
-- since the other.
SELECT
    countIf(toUnixTimestamp(at) < {until:UInt64}) AS old,
    countIf(toUnixTimestamp(at) >= {until:UInt64} AND toUnixTimestamp(at) >= {since:UInt64}) AS young,
    (SELECT count() > 0 FROM llm_calls WHERE batch_id != '') AS has_batches
FROM (
    SELECT key, at FROM unsettled GROUP BY key, kind, token, at HAVING sum(sign) > 0
)

-- How much is not settled and of which kinds, whether any call is of a Message Batch, and whether any extraction is of an
-- old log.
-- Parameters: until and since, as seconds of age: counts what came in longer ago than the one, and of the rest what came in
-- since the other.
SELECT
    countIf(toUnixTimestamp(at) < {until:UInt64}) AS old,
    countIf(toUnixTimestamp(at) >= {until:UInt64} AND toUnixTimestamp(at) >= {since:UInt64}) AS young,
    groupUniqArray(kind) AS kinds,
    (SELECT count() > 0 FROM llm_calls WHERE batch_id != '') AS has_batches,
    (SELECT count() > 0 FROM extractions WHERE imported_line > 0) AS has_imports
FROM (
    SELECT key, kind, at FROM unsettled GROUP BY key, kind, token, at HAVING sum(sign) > 0
)

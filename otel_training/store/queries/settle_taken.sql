-- What a round took: how many keys, the last of them and their kinds; how much is left with them; and whether any call is
-- of a Message Batch, and any extraction of an old log.
-- Parameters: run; until, seconds of Unix time.
SELECT
    count() AS keys,
    max(key) AS last,
    groupUniqArray(step) AS kinds,
    -- To show how far it is: what two settled at the same time counts twice.
    (SELECT sum(sign) FROM unsettled WHERE toUnixTimestamp(at) < {until:UInt64}) AS left,
    (SELECT count() > 0 FROM llm_calls WHERE batch_id != '') AS has_batches,
    (SELECT count() > 0 FROM extractions WHERE imported_line > 0) AS has_imports
FROM settling
WHERE run = {run:UInt64}

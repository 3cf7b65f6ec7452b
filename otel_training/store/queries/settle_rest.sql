-- Cancels what waits of ids and batches: all of it was settled.
-- Parameters: until, seconds of Unix time.
INSERT INTO unsettled (key, kind, token, at, sign)
SETTINGS distributed_foreground_insert = 1
SELECT key, kind, token, at, -1
FROM unsettled
WHERE kind != 'extraction' AND toUnixTimestamp(at) < {until:UInt64}
GROUP BY key, kind, token, at
HAVING sum(sign) > 0
SETTINGS optimize_aggregation_in_order = 1

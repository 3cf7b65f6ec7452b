-- Cancels what was settled; but of what came in from `until` on, whose rows may not all be in yet, nothing.
-- Parameters: run; until, seconds of Unix time.
INSERT INTO unsettled (key, kind, token, at, sign)
SETTINGS distributed_foreground_insert = 1
SELECT key, kind, token, at, -1
FROM unsettled
WHERE toUnixTimestamp(at) < {until:UInt64}
    AND (key, kind) GLOBAL IN (
        SELECT key, step FROM settling WHERE run = {run:UInt64} AND step NOT IN ('id', 'insight')
        UNION DISTINCT
        SELECT key, 'reaction' FROM settling WHERE run = {run:UInt64} AND step = 'name'
    )
GROUP BY key, kind, token, at
HAVING sum(sign) > 0

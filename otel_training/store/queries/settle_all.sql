-- Has everything settled anew.
-- Parameters: at, seconds of Unix time: when it is to have come in.
INSERT INTO unsettled (key, kind, token, at, sign)
SETTINGS distributed_foreground_insert = 1
SELECT key, kind, rand64(), toDateTime({at:UInt32}), 1
FROM (
    SELECT extraction_id AS key, 'extraction' AS kind FROM extractions
    UNION DISTINCT SELECT id, 'reaction' FROM reader_events
)

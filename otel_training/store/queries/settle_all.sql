-- Has everything settled anew.
INSERT INTO unsettled (key, kind, token, at, sign)
SETTINGS distributed_foreground_insert = 1
SELECT key, kind, rand64(), now(), 1
FROM (
    SELECT extraction_id AS key, 'extraction' AS kind FROM extractions
    UNION DISTINCT SELECT id, 'reaction' FROM reader_events
)

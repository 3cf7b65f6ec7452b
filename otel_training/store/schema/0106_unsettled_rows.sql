-- All that came in before ids in doubt named nothing.
INSERT INTO unsettled (key, kind, token, at, sign)
SELECT key, kind, rand64(), now(), 1
FROM (
    SELECT extraction_id AS key, 'extraction' AS kind FROM extractions
    UNION DISTINCT SELECT id, 'reaction' FROM reader_events
)

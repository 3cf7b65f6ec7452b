-- All that came in before 0065.
INSERT INTO unsettled (key, kind, token, at, sign)
SELECT key, kind, rand64(), now(), 1
FROM (
    SELECT extraction_id AS key, 'extraction' AS kind FROM extractions
    UNION DISTINCT SELECT insight_id, 'name' FROM feedback
    UNION DISTINCT SELECT insight_id, 'name' FROM impressions
)

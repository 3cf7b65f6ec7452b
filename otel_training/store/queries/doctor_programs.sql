-- Which programs wrote what, and when last. Of the kinds that there is most of, a record that came twice counts twice until the
-- engine has merged both.
SELECT service, kind, records, first, last
FROM (
    SELECT service, kind, uniqExact(event_id) AS records, min(ts) AS first, max(ts) AS last
    FROM (
        SELECT 'extraction' AS kind, extraction_id AS event_id, ts, service FROM extractions
        UNION ALL
        SELECT 'llm_call' AS kind, event_id, ts, service FROM llm_calls
        UNION ALL
        SELECT 'score' AS kind, event_id, ts, service FROM scores
        UNION ALL
        SELECT 'query' AS kind, event_id, ts, service FROM queries
        UNION ALL
        SELECT 'correction' AS kind, event_id, ts, service FROM corrections
        UNION ALL
        SELECT 'assignment' AS kind, event_id, ts, service FROM assignments
        UNION ALL
        SELECT 'shadow' AS kind, event_id, ts, service FROM shadows
    )
    GROUP BY service, kind
    UNION ALL
    SELECT service, kind, count() AS records, min(ts) AS first, max(ts) AS last
    FROM (
        SELECT 'feedback' AS kind, ts, service FROM feedback
        UNION ALL
        SELECT 'impression' AS kind, ts, service FROM impressions WHERE position = 0
        UNION ALL
        SELECT 'link' AS kind, ts, service FROM links
    )
    GROUP BY service, kind
)
ORDER BY service, kind
SETTINGS date_time_output_format = 'iso'

-- Every stored record once, whatever its kind. One of impressions has a row for each insight, all of one time and program, by
-- which they are grouped so that a condition on the time reaches the table.
CREATE OR REPLACE VIEW v_events /*{on_cluster}*/ AS
SELECT 'extraction' AS kind, extraction_id AS event_id, ts, service FROM extractions FINAL
UNION ALL
SELECT 'llm_call' AS kind, event_id, ts, service FROM llm_calls FINAL
UNION ALL
SELECT 'feedback' AS kind, event_id, ts, service FROM feedback FINAL
UNION ALL
SELECT 'impression' AS kind, event_id, ts, service FROM impressions GROUP BY event_id, ts, service
UNION ALL
SELECT 'link' AS kind, event_id, ts, service FROM links FINAL
UNION ALL
SELECT 'score' AS kind, event_id, ts, service FROM scores FINAL
UNION ALL
SELECT 'query' AS kind, event_id, ts, service FROM queries FINAL
UNION ALL
SELECT 'correction' AS kind, event_id, ts, service FROM corrections FINAL
UNION ALL
SELECT 'assignment' AS kind, event_id, ts, service FROM assignments FINAL
UNION ALL
SELECT 'shadow' AS kind, event_id, ts, service FROM shadows FINAL

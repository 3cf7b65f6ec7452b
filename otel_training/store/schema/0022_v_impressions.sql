-- Insights shown, each with the occurrence it is credited to, as for feedback.
CREATE VIEW IF NOT EXISTS v_impressions /*{on_cluster}*/ AS
SELECT
    i.event_id AS event_id, i.ts AS ts, i.service AS service, i.insight_id AS insight_id,
    i.position AS position, i.user_hash AS user_hash, i.user_key_id AS user_key_id,
    a.occurrences[greatest(1, arrayLastIndex(o -> o.1 <= i.ts, a.occurrences))] AS credited,
    credited.2 AS extraction_id,
    credited.3 AS insight_index
FROM (SELECT * FROM impressions FINAL) AS i
LEFT JOIN v_aliases AS a ON a.id = i.insight_id

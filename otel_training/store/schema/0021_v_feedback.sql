-- Readers' actions, each with the insight it is credited to: of the occurrences of its id, the
-- latest before the action, else the first. An orphan has an empty extraction_id.
CREATE VIEW IF NOT EXISTS v_feedback /*{on_cluster}*/ AS
SELECT
    f.event_id AS event_id, f.ts AS ts, f.service AS service, f.insight_id AS insight_id,
    f.action AS action, f.user_hash AS user_hash, f.user_key_id AS user_key_id,
    f.imported_line AS imported_line,
    a.occurrences[greatest(1, arrayLastIndex(o -> o.1 <= f.ts, a.occurrences))] AS credited,
    credited.2 AS extraction_id,
    credited.3 AS insight_index
FROM (SELECT * FROM feedback FINAL) AS f
LEFT JOIN v_aliases AS a ON a.id = f.insight_id

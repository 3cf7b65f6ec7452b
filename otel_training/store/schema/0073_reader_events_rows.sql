-- What readers saw and did before this was noted.
INSERT INTO reader_events (id, event_id, is_action, position, ts, imported_line, reader, action)
SELECT
    insight_id, event_id, is_action, position, ts, imported_line, if(user_hash = '', 0, sipHash64(user_hash)), action
FROM (
    SELECT insight_id, event_id, true AS is_action, 0 AS position, ts, imported_line, user_hash, toString(action) AS action
    FROM feedback
    UNION ALL
    SELECT insight_id, event_id, false AS is_action, position, ts, 0 AS imported_line, user_hash, '' AS action
    FROM impressions
)

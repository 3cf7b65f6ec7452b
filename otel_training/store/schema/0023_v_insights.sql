-- What readers made of each insight: every reader has at most one vote on it, the last of
-- like / x / unlike / unx (of one second of an old log, by its lines), viewers are the readers who were shown it or acted on it.
CREATE VIEW IF NOT EXISTS v_insights /*{on_cluster}*/ AS
SELECT
    extraction_id,
    insight_index,
    countIf(vote = 'like') AS likes,
    countIf(vote = 'x') AS dismissals,
    toInt64(likes) - toInt64(dismissals) AS net,
    countIf(keeping = 'bookmark') AS bookmarks,
    countIf(sharing = 'share') AS shares,
    count() AS viewers
FROM (
    SELECT
        extraction_id, insight_index, user_hash,
        argMaxIf(action, (ts, imported_line, event_id), action IN ('like', 'x', 'unlike', 'unx')) AS vote,
        argMaxIf(action, (ts, imported_line, event_id), action IN ('bookmark', 'unbookmark')) AS keeping,
        argMaxIf(action, (ts, imported_line, event_id), action IN ('share', 'unshare')) AS sharing
    FROM (
        SELECT extraction_id, insight_index, user_hash, ts, imported_line, event_id, toString(action) AS action
        FROM v_feedback
        UNION ALL
        SELECT extraction_id, insight_index, user_hash, ts, 0 AS imported_line, event_id, '' AS action
        FROM v_impressions
    )
    WHERE user_hash != '' AND extraction_id != ''
    GROUP BY extraction_id, insight_index, user_hash
)
GROUP BY extraction_id, insight_index

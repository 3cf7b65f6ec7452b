-- What readers made of each insight, whichever of its ids they named and whichever extraction was on show: every reader has
-- at most one vote on it, the last of like / x / unlike / unx (of one second of an old log, by its lines); viewers are the
-- readers who were shown it or acted on it.
CREATE OR REPLACE VIEW v_insights /*{on_cluster}*/ AS
SELECT
    insight,
    countIf(vote = 'like') AS likes,
    countIf(vote = 'x') AS dismissals,
    toInt64(likes) - toInt64(dismissals) AS net,
    countIf(keeping = 'bookmark') AS bookmarks,
    countIf(sharing = 'share') AS shares,
    count() AS viewers
FROM (
    SELECT
        insight, user_hash,
        argMaxIf(action, (ts, imported_line, event_id), action IN ('like', 'x', 'unlike', 'unx')) AS vote,
        argMaxIf(action, (ts, imported_line, event_id), action IN ('bookmark', 'unbookmark')) AS keeping,
        argMaxIf(action, (ts, imported_line, event_id), action IN ('share', 'unshare')) AS sharing
    FROM (
        SELECT
            arrayJoin(a.names[greatest(1, arrayLastIndex(n -> n.1 <= r.ts, a.names))].2) AS insight,
            r.user_hash AS user_hash, r.ts AS ts, r.imported_line AS imported_line, r.event_id AS event_id,
            r.action AS action
        FROM (
            SELECT insight_id, user_hash, ts, imported_line, event_id, toString(action) AS action
            FROM feedback FINAL
            WHERE user_hash != ''
            UNION ALL
            SELECT insight_id, user_hash, ts, 0 AS imported_line, event_id, '' AS action
            FROM impressions FINAL
            WHERE user_hash != ''
        ) AS r
        INNER JOIN v_aliases AS a ON a.id = r.insight_id
    )
    GROUP BY insight, user_hash
)
GROUP BY insight

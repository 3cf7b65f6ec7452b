-- Counts what came in under each of the touched ids, and says whether they name anything.
-- Parameters: run.
INSERT INTO reactions (
    id, is_known, is_shared, impressions, anonymous_impressions, shown, anonymous_shown, actions, anonymous_actions, odd_actions, likes,
    readers, revision
)
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'name'),
    ['like', 'x', 'bookmark', 'share', 'unlike', 'unx', 'unbookmark', 'unshare'] AS words
SELECT
    id,
    id GLOBAL IN (
        SELECT id FROM aliases
        WHERE id GLOBAL IN (SELECT key FROM touched)
        GROUP BY id
        HAVING notEmpty(argMax(names, revision))
    ) AS is_known,
    NOT is_known AND id GLOBAL IN (
        SELECT insight_id FROM insights
        WHERE insight_id != derived_id AND insight_id GLOBAL IN (SELECT key FROM touched)
        GROUP BY insight_id
        HAVING uniqExact(text_sha256) > 1
    ) AS is_shared,
    countIf(NOT is_action AND position = 0) AS impressions,
    countIf(NOT is_action AND position = 0 AND user_hash = '') AS anonymous_impressions,
    countIf(NOT is_action) AS shown,
    countIf(NOT is_action AND user_hash = '') AS anonymous_shown,
    countIf(is_action) AS actions,
    countIf(is_action AND user_hash = '') AS anonymous_actions,
    countIf(is_action AND NOT has(words, action)) AS odd_actions,
    countIf(action = 'like' AND user_hash != '') AS likes,
    uniqExactIf(user_hash, user_hash != '') AS readers,
    {run:UInt64} AS revision
FROM (
    SELECT insight_id AS id, event_id, position, any(user_hash) AS user_hash, '' AS action, false AS is_action
    FROM impressions
    WHERE insight_id GLOBAL IN (SELECT key FROM touched)
    GROUP BY id, event_id, position
    UNION ALL
    SELECT insight_id AS id, event_id, 0 AS position, any(user_hash) AS user_hash, any(toString(action)) AS action, true AS is_action
    FROM feedback
    WHERE insight_id GLOBAL IN (SELECT key FROM touched)
    GROUP BY id, event_id
)
GROUP BY id

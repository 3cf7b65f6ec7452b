-- Counts what came in under each of the touched ids, and says whether they name anything.
-- Parameters: run.
INSERT INTO reactions (
    id, is_known, is_shared, impressions, anonymous_impressions, shown, anonymous_shown, actions, anonymous_actions, odd_actions, likes,
    readers, revision
)
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step IN ('name', 'reaction')),
    ['like', 'x', 'bookmark', 'share', 'unlike', 'unx', 'unbookmark', 'unshare'] AS words
SELECT
    id,
    id GLOBAL IN (
        SELECT id FROM aliases
        PREWHERE id GLOBAL IN (SELECT key FROM touched)
        GROUP BY id
        HAVING argMax(notEmpty(arrayFlatten(names.insights)), revision)
    ) AS is_known,
    id GLOBAL IN (
        SELECT id FROM aliases
        WHERE id GLOBAL IN (SELECT key FROM touched)
        GROUP BY id
        HAVING argMax(has(names.insights, []), revision)
    ) OR NOT is_known AND id GLOBAL IN (
        SELECT insight_id FROM insights
        WHERE insight_id != derived_id AND insight_id GLOBAL IN (SELECT key FROM touched)
        GROUP BY insight_id
        HAVING uniqExact(text_sha256) > 1
    ) AS is_shared,
    countIf(NOT is_action AND position = 0) AS impressions,
    countIf(NOT is_action AND position = 0 AND reader = 0) AS anonymous_impressions,
    countIf(NOT is_action) AS shown,
    countIf(NOT is_action AND reader = 0) AS anonymous_shown,
    countIf(is_action) AS actions,
    countIf(is_action AND reader = 0) AS anonymous_actions,
    countIf(is_action AND NOT has(words, action)) AS odd_actions,
    countIf(action = 'like' AND reader != 0) AS likes,
    uniqExactIf(reader, reader != 0) AS readers,
    {run:UInt64} AS revision
-- The engine itself moves no GLOBAL IN there: all columns of each granule that is looked into would be read.
FROM reader_events FINAL
PREWHERE id GLOBAL IN (SELECT key FROM touched)
GROUP BY id

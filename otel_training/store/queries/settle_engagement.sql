-- Writes what readers made of the touched insights, whichever of their ids they named and whichever extraction was on show:
-- every reader has at most one vote on an insight, the last of like / x / unlike / unx (of one second of an old log, by its
-- lines); viewers are the readers who were shown it or acted on it.
-- Parameters: run.
INSERT INTO engagement (
    insight, likes, dismissals, bookmarks, shares, viewers, reactions, anonymous_shown, anonymous_actions, odd_actions,
    liked_by, dismissed_by, voted, revision
)
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (SELECT DISTINCT key FROM settling WHERE run = {run:UInt64} AND step = 'insight'),
    ids AS (SELECT key AS id FROM settling WHERE run = {run:UInt64} AND step = 'id'),
    named AS (
        SELECT id, names FROM aliases PREWHERE id GLOBAL IN (SELECT id FROM ids) ORDER BY revision DESC LIMIT 1 BY id
    )
SELECT
    t.key AS insight, r.likes, r.dismissals, r.bookmarks, r.shares, r.viewers, r.reactions, r.anonymous_shown,
    r.anonymous_actions, r.odd_actions, r.liked_by, r.dismissed_by, r.voted, {run:UInt64} AS revision
FROM touched AS t
GLOBAL LEFT JOIN (
    SELECT
        insight,
        countIf(vote = 'like') AS likes,
        countIf(vote = 'x') AS dismissals,
        countIf(keeping = 'bookmark') AS bookmarks,
        countIf(sharing = 'share') AS shares,
        any(viewers) AS viewers,
        any(reactions) AS reactions,
        any(anonymous_shown) AS anonymous_shown,
        any(anonymous_actions) AS anonymous_actions,
        any(odd_actions) AS odd_actions,
        if(likes > 1000, [], arraySort(groupArrayIf(1001)(reader, vote = 'like'))) AS liked_by,
        if(dismissals > 1000, [], arraySort(groupArrayIf(1001)(reader, vote = 'x'))) AS dismissed_by,
        minIf(since, vote IN ('like', 'x')) AS voted
    FROM (
        SELECT
            insight, act.1 AS reader,
            argMaxIf(act.5, (act.2, act.3, act.4), act.5 IN ('like', 'x', 'unlike', 'unx')) AS vote,
            minIf(act.2, act.5 IN ('like', 'x')) AS since,
            argMaxIf(act.5, (act.2, act.3, act.4), act.5 IN ('bookmark', 'unbookmark')) AS keeping,
            argMaxIf(act.5, (act.2, act.3, act.4), act.5 IN ('share', 'unshare')) AS sharing,
            any(viewers) AS viewers,
            any(reactions) AS reactions,
            any(anonymous_shown) AS anonymous_shown,
            any(anonymous_actions) AS anonymous_actions,
            any(odd_actions) AS odd_actions
        FROM (
            -- Read and joined once: of most readers, who were only shown it, there is no more than a number to keep.
            SELECT
                insight,
                uniqExactIf(reader, reader != 0) AS viewers,
                groupArrayIf((reader, ts, imported_line, event_id, action), action != '') AS acts,
                sum(came[1]) AS reactions,
                sum(came[2]) AS anonymous_shown,
                sum(came[3]) AS anonymous_actions,
                sum(came[4]) AS odd_actions
            FROM (
                SELECT
                    arrayJoin(if(
                        notEmpty(r.came), arrayDistinct(arrayFlatten(a.names.insights)),
                        a.names[greatest(1, arrayLastIndex(n -> n.1 <= r.ts, a.names))].2
                    )) AS insight,
                    r.reader AS reader, r.ts AS ts, r.imported_line AS imported_line, r.event_id AS event_id,
                    r.action AS action, r.came AS came
                FROM (
                    SELECT id, reader, ts, imported_line, if(is_action, event_id, '') AS event_id,
                        toString(action) AS action, CAST([], 'Array(UInt64)') AS came
                    FROM reader_events
                    PREWHERE id GLOBAL IN (SELECT id FROM ids)
                    WHERE reader != 0
                    UNION ALL
                    SELECT id, 0, toDateTime64(0, 9, 'UTC'), 0, '', '',
                        [shown + actions, anonymous_shown, anonymous_actions, odd_actions]
                    FROM (
                        SELECT * FROM reactions PREWHERE id GLOBAL IN (SELECT id FROM ids) ORDER BY revision DESC LIMIT 1 BY id
                    )
                ) AS r
                GLOBAL INNER JOIN named AS a ON a.id = r.id
            )
            GROUP BY insight
        )
        LEFT ARRAY JOIN acts AS act
        GROUP BY insight, reader
    )
    GROUP BY insight
) AS r ON r.insight = t.key

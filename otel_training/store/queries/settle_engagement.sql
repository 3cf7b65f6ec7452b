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
        SELECT id, names FROM aliases WHERE id GLOBAL IN (SELECT id FROM ids) ORDER BY revision DESC LIMIT 1 BY id
    ),
    voters AS (
        SELECT
            insight, reader,
            argMaxIf(action, (ts, imported_line, event_id), action IN ('like', 'x', 'unlike', 'unx')) AS vote,
            minIf(ts, action IN ('like', 'x')) AS since,
            argMaxIf(action, (ts, imported_line, event_id), action IN ('bookmark', 'unbookmark')) AS keeping,
            argMaxIf(action, (ts, imported_line, event_id), action IN ('share', 'unshare')) AS sharing
        FROM (
            SELECT
                arrayJoin(a.names[greatest(1, arrayLastIndex(n -> n.1 <= r.ts, a.names))].2) AS insight,
                r.reader AS reader, r.ts AS ts, r.imported_line AS imported_line, r.event_id AS event_id,
                toString(r.action) AS action
            FROM (
                SELECT id, reader, ts, imported_line, if(is_action, event_id, '') AS event_id, action
                FROM reader_events
                WHERE reader != 0 AND id GLOBAL IN (SELECT id FROM ids)
            ) AS r
            GLOBAL INNER JOIN named AS a ON a.id = r.id
        )
        GROUP BY insight, reader
    )
SELECT
    t.key AS insight, r.likes, r.dismissals, r.bookmarks, r.shares, r.viewers,
    c.reactions, c.anonymous_shown, c.anonymous_actions, c.odd_actions, r.liked_by, r.dismissed_by, r.voted,
    {run:UInt64} AS revision
FROM touched AS t
GLOBAL LEFT JOIN (
    SELECT
        insight,
        countIf(vote = 'like') AS likes,
        countIf(vote = 'x') AS dismissals,
        countIf(keeping = 'bookmark') AS bookmarks,
        countIf(sharing = 'share') AS shares,
        count() AS viewers,
        if(likes > 1000, [], arraySort(groupArrayIf(1001)(reader, vote = 'like'))) AS liked_by,
        if(dismissals > 1000, [], arraySort(groupArrayIf(1001)(reader, vote = 'x'))) AS dismissed_by,
        minIf(since, vote IN ('like', 'x')) AS voted
    FROM voters
    GROUP BY insight
) AS r ON r.insight = t.key
GLOBAL LEFT JOIN (
    SELECT
        n.insight AS insight,
        sum(e.shown + e.actions) AS reactions,
        sum(e.anonymous_shown) AS anonymous_shown,
        sum(e.anonymous_actions) AS anonymous_actions,
        sum(e.odd_actions) AS odd_actions
    FROM (SELECT id, arrayJoin(arrayDistinct(arrayFlatten(names.insights))) AS insight FROM named) AS n
    GLOBAL INNER JOIN (
        SELECT * FROM reactions WHERE id GLOBAL IN (SELECT id FROM ids) ORDER BY revision DESC LIMIT 1 BY id
    ) AS e ON e.id = n.id
    GROUP BY insight
) AS c ON c.insight = t.key

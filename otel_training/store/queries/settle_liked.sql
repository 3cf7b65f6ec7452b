-- Writes the rows anew of extractions that reactions alone came in for: as they are, but for what readers made of them.
-- Parameters: run.
INSERT INTO examples
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (
        SELECT DISTINCT key
        FROM settling
        WHERE run = {run:UInt64} AND step = 'occurrence'
            AND key GLOBAL NOT IN (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'extraction')
    ),
    returned AS (
        SELECT DISTINCT extraction_id, arrayJoin(insights.derived_id) AS insight
        FROM extractions
        PREWHERE extraction_id GLOBAL IN (SELECT key FROM touched)
    ),
    liked AS (
/*{liked}*/
    )
SELECT e.* REPLACE (
    l.likes AS likes, l.dismissals AS dismissals, toInt64(l.likes) - toInt64(l.dismissals) AS net, l.bookmarks AS bookmarks,
    l.shares AS shares, l.viewers AS viewers, l.reactions AS reactions, l.anonymous_shown AS anonymous_shown,
    l.anonymous_actions AS anonymous_actions, l.odd_actions AS odd_actions, {run:UInt64} AS revision
)
FROM (
    SELECT * FROM examples PREWHERE extraction_id GLOBAL IN (SELECT key FROM touched) ORDER BY revision DESC LIMIT 1 BY extraction_id
) AS e
GLOBAL LEFT JOIN liked AS l ON l.extraction_id = e.extraction_id

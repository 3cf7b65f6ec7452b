-- The vote of each reader on each insight, as settling counts it: the last of like / x / unlike / unx, whichever of its ids
-- they named; '' where they only saw or kept it. And whether what they acted on had been shown to them, under its id.
-- Parameters: opted_out, pseudonyms, and lockstep, readers: whom it is asked of; every_vote, of all who acted on anything, too.
WITH arrayConcat({lockstep:Array(UInt64)}, arrayMap(p -> sipHash64(p), {opted_out:Array(String)})) AS asked
SELECT
    insight, reader,
    argMaxIf(action, (ts, imported_line, event_id), action IN ('like', 'x', 'unlike', 'unx')) AS vote,
    minIf(ts, action IN ('like', 'x')) AS voted,
    max(imported_line) > 0 AS is_imported,
    max((id, reader) GLOBAL IN (
        SELECT id, reader
        FROM reader_events
        WHERE {every_vote:Bool} AND NOT is_action
            AND (id, reader) GLOBAL IN (SELECT id, reader FROM reader_events WHERE {every_vote:Bool} AND is_action AND reader != 0)
    )) AS is_shown
FROM (
    SELECT
        arrayJoin(a.names[greatest(1, arrayLastIndex(n -> n.1 <= r.ts, a.names))].2) AS insight,
        r.id AS id, r.reader AS reader, r.ts AS ts, r.imported_line AS imported_line, r.event_id AS event_id,
        r.action AS action
    FROM (
        SELECT id, reader, ts, imported_line, if(is_action, event_id, '') AS event_id, toString(action) AS action
        FROM reader_events
        WHERE (notEmpty(asked) OR {every_vote:Bool})
            AND reader != 0
            AND (has(asked, reader) OR (is_action AND {every_vote:Bool}))
    ) AS r
    GLOBAL INNER JOIN (
        SELECT id, names
        FROM aliases FINAL
        WHERE (notEmpty(asked) OR {every_vote:Bool})
            AND id GLOBAL IN (
                SELECT id
                FROM reader_events
                WHERE has(asked, reader) OR (is_action AND {every_vote:Bool})
            )
    ) AS a ON a.id = r.id
)
GROUP BY insight, reader

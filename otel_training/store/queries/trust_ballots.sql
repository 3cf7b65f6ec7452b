-- Which readers voted alike on an insight, of the newest insights that few enough voted on for a small group to decide:
-- at most a hundred; the oldest first. The topic is '' of what was extracted more than a month before the oldest of them.
-- Parameters: limit.
WITH
    -- As a value, so that it is read once: a query behind a name runs as often as it is named.
    (
        SELECT groupArray((insight, alike.1, voted, alike.2))
        FROM (
            SELECT insight, voted, alike
            FROM (SELECT insight, liked_by, dismissed_by, voted FROM engagement FINAL)
            ARRAY JOIN [('like', liked_by), ('x', dismissed_by)] AS alike
            WHERE length(alike.2) BETWEEN 2 AND 100
            ORDER BY voted DESC, insight, alike.1
            LIMIT {limit:UInt64}
        )
    ) AS newest,
    arrayMin(n -> n.3, newest) - toIntervalDay(31) AS oldest
SELECT t.topic AS topic, v.n.2 AS vote, v.n.4 AS readers
FROM (SELECT arrayJoin(newest) AS n, n.1 AS insight) AS v
GLOBAL LEFT JOIN (
    SELECT i.derived_id AS insight, min(e.topic) AS topic
    FROM (
        SELECT derived_id, extraction_id
        FROM insights
        WHERE ts >= oldest AND derived_id GLOBAL IN (SELECT arrayJoin(newest).1)
    ) AS i
    GLOBAL INNER JOIN (
        SELECT extraction_id, topic FROM examples FINAL WHERE ts >= oldest
    ) AS e ON e.extraction_id = i.extraction_id
    GROUP BY insight
) AS t ON t.insight = v.insight
ORDER BY v.n.3, v.n.1, v.n.2

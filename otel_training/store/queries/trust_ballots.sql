-- Which readers voted alike on an insight, of the newest insights that few enough voted on for a small group to decide:
-- at most a hundred; the oldest first.
-- Parameters: those of votes.sql; limit.
WITH voted AS (
    SELECT insight, vote, min(voted) AS first, arraySort(groupArray(reader)) AS readers
    FROM (
/*{votes}*/
    )
    WHERE vote IN ('like', 'x')
    GROUP BY insight, vote
    HAVING length(readers) BETWEEN 2 AND 100
    ORDER BY first DESC, insight, vote
    LIMIT {limit:UInt64}
)
SELECT t.topic AS topic, v.vote AS vote, v.readers AS readers
FROM voted AS v
GLOBAL LEFT JOIN (
    SELECT i.derived_id AS insight, min(e.topic) AS topic
    -- Of all insights: those of `voted` alone would count the votes twice.
    FROM (SELECT derived_id, extraction_id FROM insights) AS i
    GLOBAL INNER JOIN (SELECT extraction_id, topic FROM examples FINAL) AS e ON e.extraction_id = i.extraction_id
    GROUP BY insight
) AS t ON t.insight = v.insight
ORDER BY v.first, v.insight, v.vote

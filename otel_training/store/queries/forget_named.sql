-- Notes the ids that name insights of forgotten extractions and no other: by them alone what readers saw and did is theirs.
INSERT INTO forgotten (id, kind)
WITH
    own AS (
        SELECT DISTINCT derived_id
        FROM insights
        WHERE extraction_id IN (SELECT id FROM forgotten WHERE kind = 'extraction')
    ),
    gone AS (
        SELECT derived_id
        FROM own
        WHERE derived_id NOT IN (
            SELECT derived_id
            FROM insights
            WHERE derived_id IN (SELECT derived_id FROM own)
                AND extraction_id NOT IN (SELECT id FROM forgotten WHERE kind = 'extraction')
        )
    )
SELECT id, 'id'
FROM (
    SELECT id, arrayJoin(insights) AS insight
    FROM (
        SELECT id, arrayFlatten(argMax(names.insights, revision)) AS insights
        FROM aliases
        WHERE id IN (SELECT id FROM aliases_by_insight WHERE insight IN (SELECT derived_id FROM gone))
        GROUP BY id
    )
)
GROUP BY id
HAVING countIf(insight NOT IN (SELECT derived_id FROM gone)) = 0

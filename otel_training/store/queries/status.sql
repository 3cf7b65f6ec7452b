-- What the store holds: records by kind, but shadows, which are no traffic; extractions that may become examples, and losses.
WITH counts AS (
    SELECT 'correction' AS kind, count() AS n FROM corrections FINAL
    UNION ALL SELECT 'extraction', count() FROM extractions FINAL
    UNION ALL
    SELECT came.1, came.2
    FROM (
        SELECT arrayJoin([('feedback', sum(actions)), ('impression', sum(r.impressions))]) AS came
        FROM (SELECT impressions, actions FROM reactions FINAL) AS r
    )
    UNION ALL SELECT 'link', count() FROM links FINAL
    UNION ALL SELECT 'llm_call', count() FROM llm_calls FINAL
    UNION ALL SELECT 'query', count() FROM queries FINAL
    UNION ALL SELECT 'score', count() FROM scores FINAL
    UNION ALL SELECT 'assignment', count() FROM assignments FINAL
)
SELECT
    sum(n) AS stored,
    CAST((
        arrayMap(c -> c.1, arraySort(groupArrayIf((kind, n), n > 0)) AS kinds), arrayMap(c -> c.2, kinds)
    ), 'Map(String, UInt64)') AS by_kind,
    (SELECT countIf(is_sample) FROM examples FINAL) AS samples,
    (SELECT sum(damaged) FROM segments FINAL) AS damaged,
    (SELECT sum(torn) FROM segments FINAL) AS torn,
    (SELECT CAST((groupArray(reason), groupArray(n)), 'Map(String, UInt64)')
     FROM (SELECT reason, sum(count) AS n FROM losses FINAL GROUP BY reason ORDER BY reason)) AS lost
FROM counts

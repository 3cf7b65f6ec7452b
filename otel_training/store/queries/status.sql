-- What the store holds: records by kind, extractions that may become examples, and losses.
SELECT
    (SELECT count() FROM v_events) AS stored,
    (SELECT CAST((groupArray(kind), groupArray(n)), 'Map(String, UInt64)')
     FROM (SELECT kind, count() AS n FROM v_events GROUP BY kind ORDER BY kind)) AS by_kind,
    (SELECT countIf(outcome = 'ok' AND notEmpty(insights)) FROM extractions FINAL) AS samples,
    (SELECT sum(damaged) FROM segments FINAL) AS damaged,
    (SELECT sum(torn) FROM segments FINAL) AS torn,
    (SELECT CAST((groupArray(reason), groupArray(n)), 'Map(String, UInt64)')
     FROM (SELECT reason, sum(count) AS n FROM losses FINAL GROUP BY reason ORDER BY reason)) AS lost

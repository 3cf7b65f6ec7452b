-- The figures above the tables: attempts, outcomes, filters, engagement, readers.
SELECT
    count() AS extractions,
    countIf(outcome != 'ok') AS failed,
    countIf(passed_filters) AS passed,
    countIf(passed_filters IS NOT NULL) AS judged,
    round(avgOrNull(quality_score), 2) AS quality,
    (SELECT CAST((groupArray(action), groupArray(n)), 'Map(String, UInt64)')
     FROM (SELECT action, count() AS n FROM feedback FINAL GROUP BY action ORDER BY n DESC, action)) AS actions,
    (SELECT uniqExact(user_hash) FROM readers) AS readers,
    (SELECT coalesce(sum(impressions), 0) FROM reactions FINAL) AS impressions
FROM (SELECT * FROM examples FINAL)

-- The figures above the tables: attempts, outcomes, filters, engagement, readers.
SELECT
    (SELECT count() FROM extractions FINAL) AS extractions,
    (SELECT countIf(outcome != 'ok') FROM extractions FINAL) AS failed,
    (SELECT countIf(passed_filters) FROM v_extractions) AS passed,
    (SELECT countIf(passed_filters IS NOT NULL) FROM v_extractions) AS judged,
    (SELECT round(avgOrNull(quality_score), 2) FROM v_extractions) AS quality,
    (SELECT CAST((groupArray(action), groupArray(n)), 'Map(String, UInt64)')
     FROM (SELECT action, count() AS n FROM feedback FINAL GROUP BY action ORDER BY n DESC, action)) AS actions,
    (SELECT uniqExact(user_hash) FROM (
        SELECT user_hash FROM feedback UNION ALL SELECT user_hash FROM impressions
     ) WHERE user_hash != '') AS readers,
    (SELECT uniqExact(event_id) FROM impressions) AS impressions

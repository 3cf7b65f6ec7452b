-- Where is the score wrong? Extractions with a score of 7 or more that readers rather dismissed. Read some of them with
-- `otel-training view extraction --id ID`, and correct the rubric.
SELECT
    extraction_id AS `Extraction`, topic AS `Topic`, quality_score AS `Score`, likes AS `Likes`,
    dismissals AS `Dismissals`, viewers AS `Readers`
FROM examples FINAL
WHERE is_sample AND quality_score >= 7 AND net < 0 AND viewers >= 10 AND $__timeFilter(ts) /*{topic}*/
ORDER BY net, extraction_id
LIMIT 15

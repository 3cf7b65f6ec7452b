-- Where is the score wrong? Extractions with a score of 7 or more that readers rather dismissed. Look some of
-- them up in `otel-training view extraction --json`, and correct the rubric.
SELECT
    extraction_id AS `Extraction`, topic AS `Topic`, quality_score AS `Score`, likes AS `Likes`,
    dismissals AS `Dismissals`, viewers AS `Readers`
FROM (SELECT * FROM examples FINAL WHERE is_sample AND $__timeFilter(ts) /*{topic}*/ ORDER BY ts DESC LIMIT 1 BY duplicate_key)
WHERE quality_score >= 7 AND net < 0 AND viewers >= 10
ORDER BY net, extraction_id
LIMIT 15

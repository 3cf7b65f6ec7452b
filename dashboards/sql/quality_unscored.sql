-- How much is not judged at all? The share of samples without a score, which the export drops: return `quality_score`, or
-- call `current(result).score(...)`.
SELECT countIf(quality_score IS NULL) / nullIf(count(), 0) AS unscored
FROM examples FINAL
WHERE is_sample AND $__timeFilter(ts) /*{topic, model, prompt_version}*/

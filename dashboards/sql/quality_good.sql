-- How many may become examples? The share of scored samples with a score of 7 or more, the export's usual filter.
SELECT countIf(quality_score >= 7) / nullIf(countIf(quality_score IS NOT NULL), 0) AS good
FROM examples FINAL
WHERE is_sample AND $__timeFilter(ts) /*{topic, model, prompt_version}*/

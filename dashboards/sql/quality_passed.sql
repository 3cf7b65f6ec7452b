-- How many would the app keep? The share of judged samples that passed the app's own filters.
SELECT countIf(passed_filters) / nullIf(countIf(passed_filters IS NOT NULL), 0) AS passed
FROM examples FINAL
WHERE is_sample AND $__timeFilter(ts) /*{topic, model, prompt_version}*/

-- Which model answers better? The mean score for each model. The dashboard Experiment compares two of them at one look.
SELECT $__timeInterval(ts) AS time, if(model = '', 'no call', model) AS model_name, avgOrNull(quality_score) AS score
FROM examples FINAL
WHERE is_sample AND quality_score IS NOT NULL AND $__timeFilter(ts) /*{topic, model, prompt_version}*/
GROUP BY time, model_name
ORDER BY time, model_name

-- Did a new prompt help? The share of scored samples with a score of 7 or more, for each version of the prompt.
SELECT
    $__timeInterval(ts) AS time,
    if(prompt_version = '', 'no prompt', prompt_version) AS prompt,
    countIf(quality_score >= 7) / count() AS good
FROM examples FINAL
WHERE is_sample AND quality_score IS NOT NULL AND $__timeFilter(ts) /*{topic, model, prompt_version}*/
GROUP BY time, prompt
ORDER BY time, prompt

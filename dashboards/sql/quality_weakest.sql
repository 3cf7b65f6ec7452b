-- Where to work first? Topics and prompts with at least 10 scored samples, by the share with a score of 7 or more that is
-- certain: the lower bound of its 95 % interval (Wilson).
SELECT
    if(topic = '', 'no topic', topic) AS topic_name,
    if(prompt_version = '', 'no prompt', prompt_version) AS prompt,
    count() AS samples,
    avgOrNull(quality_score) AS mean_score,
    countIf(quality_score >= 7) / count() AS good,
    (good + 1.9208 / samples - 1.96 * sqrt(good * (1 - good) / samples + 0.9604 / samples / samples))
        / (1 + 3.8416 / samples) AS at_least
FROM examples
WHERE is_sample AND quality_score IS NOT NULL AND $__timeFilter(ts) /*{topic, model, prompt_version}*/
GROUP BY topic, prompt_version
HAVING samples >= 10
ORDER BY at_least, topic_name, prompt
LIMIT 20

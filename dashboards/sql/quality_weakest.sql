-- Where to work first? Topics and prompts with at least 10 scored samples, by the share with a score of 7 or more that is
-- certain: the lower bound of its 95 % interval (Wilson).
SELECT
    if(topic = '', 'no topic', topic) AS `Topic`,
    if(prompt_version = '', 'no prompt', prompt_version) AS `Prompt`,
    count() AS `Samples`,
    avgOrNull(quality_score) AS `Mean score`,
    countIf(quality_score >= 7) / `Samples` AS `Good`,
    (`Good` + 1.9208 / `Samples` - 1.96 * sqrt(`Good` * (1 - `Good`) / `Samples` + 0.9604 / `Samples` / `Samples`))
        / (1 + 3.8416 / `Samples`) AS `At least`
FROM examples FINAL
WHERE is_sample AND quality_score IS NOT NULL AND $__timeFilter(ts) /*{topic, model, prompt_version}*/
GROUP BY topic, prompt_version
HAVING `Samples` >= 10
ORDER BY `At least`, `Topic`, `Prompt`
LIMIT 20

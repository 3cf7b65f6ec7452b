-- Where is the candidate worse? Both arms' scores by topic, the worst difference first. A topic that loses more than one
-- point may stay with the baseline when the rest migrates.
SELECT
    if(topic = '', 'no topic', topic) AS `Topic`,
    countIf(arm = ${baseline:singlequote}) AS `Of the baseline`,
    countIf(arm = ${candidate:singlequote}) AS `Of the candidate`,
    avgOrNullIf(quality_score, arm = ${baseline:singlequote}) AS `Baseline`,
    avgOrNullIf(quality_score, arm = ${candidate:singlequote}) AS `Candidate`,
    `Candidate` - `Baseline` AS `Difference`
FROM arms
WHERE is_sample AND quality_score IS NOT NULL
GROUP BY topic
ORDER BY `Difference` IS NULL, `Difference`, `Topic`
LIMIT 30

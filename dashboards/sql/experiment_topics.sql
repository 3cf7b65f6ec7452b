-- Where is the candidate worse? Both arms' scores by topic, the worst difference first. A topic that loses more than one
-- point may stay with the baseline when the rest migrates.
SELECT
    if(topic = '', 'no topic', topic) AS topic_name,
    countIf(arm = ${baseline:singlequote}) AS baseline_samples,
    countIf(arm = ${candidate:singlequote}) AS candidate_samples,
    avgOrNullIf(quality_score, arm = ${baseline:singlequote}) AS baseline_score,
    avgOrNullIf(quality_score, arm = ${candidate:singlequote}) AS candidate_score,
    candidate_score - baseline_score AS difference
FROM arms
WHERE is_sample AND quality_score IS NOT NULL
GROUP BY topic
ORDER BY difference IS NULL, difference, topic_name
LIMIT 30

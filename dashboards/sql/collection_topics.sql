-- Which topics starve? Attempts of each topic, those with insights, their share of all samples, and the newest. Few of a
-- topic make a model that is bad at it.
SELECT
    if(topic = '', 'no topic', topic) AS topic_name,
    count() AS attempts,
    countIf(is_sample) AS samples,
    countIf(is_sample) / nullIf(sum(countIf(is_sample)) OVER (), 0) AS share,
    max(ts) AS last_seen
FROM examples
WHERE $__timeFilter(ts) /*{service, topic}*/
GROUP BY topic
ORDER BY samples DESC, topic
LIMIT 50

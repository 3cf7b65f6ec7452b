-- Which topics starve? Attempts of each topic, those with insights, their share of all samples, and the newest. Few of a
-- topic make a model that is bad at it.
SELECT
    if(topic = '', 'no topic', topic) AS `Topic`,
    count() AS `Attempts`,
    countIf(is_sample) AS `Samples`,
    countIf(is_sample) / nullIf(sum(countIf(is_sample)) OVER (), 0) AS `Share`,
    max(ts) AS `Last seen`
FROM examples FINAL
WHERE $__timeFilter(ts) /*{service, topic}*/
GROUP BY topic
ORDER BY `Samples` DESC, topic
LIMIT 50

-- What calls of models cost in USD: of each topic, '' for those in no extraction, and of all, where `topic` is NULL.
-- `cost` is that of the calls whose cost is known; `unpriced` is how many others were answered.
SELECT
    if(grouping(e.topic) = 1, NULL, toString(e.topic)) AS topic,
    count() AS calls,
    sum(c.cost) AS cost,
    countIf(c.cost IS NULL AND c.reason != 'no_answer') AS unpriced
FROM (SELECT extraction_id, cost, reason FROM v_call_costs) AS c
LEFT JOIN (SELECT extraction_id, topic FROM extractions FINAL) AS e ON e.extraction_id = c.extraction_id
GROUP BY GROUPING SETS ((e.topic), ())
ORDER BY grouping(e.topic) DESC, cost DESC, e.topic

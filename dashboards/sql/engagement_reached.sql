-- Do insights reach enough readers? The share of this time's insights with ten readers or more, which the export asks for.
-- New ones are still on their way: low in a short time, it should rise over a longer one.
SELECT countIf(v.viewers >= 10) / nullIf(count(), 0) AS reached
FROM (
    SELECT DISTINCT i.derived_id AS insight
    FROM insights AS i
    INNER JOIN (SELECT extraction_id, topic, service FROM extractions FINAL WHERE $__timeFilter(ts) /*{topic}*/) AS e
        ON e.extraction_id = i.extraction_id
) AS o
LEFT JOIN v_insights AS v ON v.insight = o.insight

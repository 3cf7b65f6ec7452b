-- How many insights reached how many readers: by viewers, in the bands that the filter cares about.
SELECT
    multiIf(viewers >= 20, '20 and more', viewers >= 10, '10 to 19', viewers >= 5, '5 to 9', viewers >= 1, '1 to 4', 'none') AS readers,
    count() AS insights,
    min(viewers) AS least
FROM (
    SELECT i.extraction_id, i.insight_index, coalesce(v.viewers, 0) AS viewers
    FROM (SELECT DISTINCT extraction_id, insight_index FROM insights FINAL) AS i
    LEFT JOIN v_insights AS v ON v.extraction_id = i.extraction_id AND v.insight_index = i.insight_index
)
GROUP BY readers
ORDER BY least DESC

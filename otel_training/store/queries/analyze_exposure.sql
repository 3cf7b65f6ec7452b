-- How many insights reached how many readers: by viewers, in the bands that the filter cares about.
SELECT
    multiIf(viewers >= 20, '20 and more', viewers >= 10, '10 to 19', viewers >= 5, '5 to 9', viewers >= 1, '1 to 4', 'none') AS readers,
    count() AS insights,
    min(viewers) AS least
FROM (
    SELECT i.derived_id, coalesce(v.viewers, 0) AS viewers
    FROM (SELECT DISTINCT derived_id FROM insights) AS i
    LEFT JOIN v_insights AS v ON v.insight = i.derived_id
)
GROUP BY readers
ORDER BY least DESC

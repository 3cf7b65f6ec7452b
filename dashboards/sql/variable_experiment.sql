-- Which experiment is shown; the one that was asked last comes first.
SELECT CAST(experiment, 'String') AS name
FROM assignments
WHERE experiment != ''
GROUP BY name
ORDER BY max(ts) DESC, name

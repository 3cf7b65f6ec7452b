-- How many insights reached how many readers: by viewers, in the bands that the filter cares about.
SELECT
    multiIf(viewers >= 20, '20 and more', viewers >= 10, '10 to 19', viewers >= 5, '5 to 9', viewers >= 1, '1 to 4', 'none') AS readers,
    count() AS insights,
    min(viewers) AS least
FROM (SELECT viewers FROM engagement FINAL)
GROUP BY readers
ORDER BY least DESC

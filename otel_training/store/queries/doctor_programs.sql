-- Which programs wrote what, and when last.
SELECT service, kind, count() AS records, min(ts) AS first, max(ts) AS last
FROM v_events
GROUP BY service, kind
ORDER BY service, kind
SETTINGS date_time_output_format = 'iso'

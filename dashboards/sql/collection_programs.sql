-- Which program wrote what, and when last? A program that is missing here gathers elsewhere, or not at all.
SELECT service, kind, count() AS records, min(ts) AS first_seen, max(ts) AS last_seen
FROM v_events
WHERE $__timeFilter(ts) /*{service}*/
GROUP BY service, kind
ORDER BY service, kind

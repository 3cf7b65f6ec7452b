-- Which program wrote what, and when last? A program that is missing here gathers elsewhere, or not at all.
SELECT service AS `Program`, kind AS `Kind`, count() AS `Records`, max(ts) AS `Last seen`
FROM events
WHERE $__timeFilter(ts) /*{service}*/
GROUP BY service, kind
ORDER BY service, kind

-- The programs that wrote anything.
SELECT DISTINCT service FROM events WHERE service != '' ORDER BY service

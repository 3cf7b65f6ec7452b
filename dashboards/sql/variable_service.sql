-- The programs that wrote anything.
SELECT DISTINCT service FROM v_events WHERE service != '' ORDER BY service

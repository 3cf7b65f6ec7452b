-- Every stored record once, as `v_events` has it; what readers saw and did from where it stands by time.
SELECT if(is_action, 'feedback', 'impression') AS kind, event_id, ts, service FROM reader_events_by_time FINAL
UNION ALL
SELECT kind, event_id, ts, service FROM v_events WHERE kind NOT IN ('feedback', 'impression')

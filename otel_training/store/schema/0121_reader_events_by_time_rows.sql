-- What readers saw and did before this was noted. Of a feed's rows, one for each insight, that of the last place stays.
INSERT INTO reader_events_by_time (ts, event_id, is_action, service, action, shown, reader)
SETTINGS max_partitions_per_insert_block = 0
SELECT ts, event_id, true, service, toString(action), 0, if(user_hash = '', 0, sipHash64(user_hash))
FROM feedback
UNION ALL
SELECT ts, event_id, false, service, '', position + 1, if(user_hash = '', 0, sipHash64(user_hash))
FROM impressions

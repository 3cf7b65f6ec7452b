-- The app's own id of each insight, told by a feed.
INSERT INTO links (event_id, ts, service, link_id, text_sha256, source_url)
SELECT concat('link ', i.derived_id), ts, 'backend', concat('app', substring(i.derived_id, 3, 16)), i.text_sha256, source_url
FROM extractions
ARRAY JOIN insights AS i
SETTINGS max_partitions_per_insert_block = 0

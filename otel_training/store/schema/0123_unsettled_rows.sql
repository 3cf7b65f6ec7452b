-- The ids with a place: a text that a feed shows later may rename them now.
INSERT INTO unsettled (key, kind, token, at, sign)
SELECT link_id, 'name', rand64(), now(), 1
FROM (SELECT DISTINCT link_id FROM links WHERE extraction_id != '')

-- Notes the events that hold nothing but noted ids: actions, links, and impressions of no other insight.
INSERT INTO forgotten (id, kind)
WITH ids AS (SELECT id FROM forgotten WHERE kind = 'id')
SELECT event_id, 'event' FROM feedback WHERE insight_id IN (SELECT id FROM ids)
UNION ALL SELECT event_id, 'event' FROM links WHERE link_id IN (SELECT id FROM ids)
UNION ALL
SELECT event_id, 'event'
FROM impressions
WHERE event_id IN (SELECT event_id FROM impressions WHERE insight_id IN (SELECT id FROM ids))
GROUP BY event_id
HAVING countIf(insight_id NOT IN (SELECT id FROM ids)) = 0

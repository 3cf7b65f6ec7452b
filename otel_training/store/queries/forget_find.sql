-- Notes what is to be forgotten: the events, extractions and readers that belong to it.
-- Parameters: each empty but one: readers, pseudonyms of one; source, a URL as it is kept; extraction, an id; service, a program's name.
INSERT INTO forgotten (id, kind)
WITH
    affected AS (
        SELECT DISTINCT extraction_id AS id
        FROM extractions
        WHERE extraction_id = {extraction:String}
            OR (source_url = {source:String} AND {source:String} != '')
            OR (service = {service:String} AND {service:String} != '')
    )
SELECT id, 'extraction' FROM affected
-- Their examples are what models are shown.
UNION ALL SELECT name, 'candidate' FROM candidates WHERE hasAny(shots, (SELECT groupArray(id) FROM affected))
UNION ALL SELECT arrayJoin({readers:Array(String)}), 'reader'
UNION ALL
SELECT event_id, 'event'
FROM (
    SELECT event_id, service, user_hash, '' AS extraction_id FROM feedback
    UNION ALL SELECT event_id, service, user_hash, '' FROM impressions
    UNION ALL SELECT event_id, service, user_hash, '' FROM queries
    UNION ALL SELECT event_id, service, reviewer, extraction_id FROM reviews
    UNION ALL SELECT event_id, service, '', extraction_id FROM llm_calls
    UNION ALL SELECT event_id, service, '', extraction_id FROM links
    UNION ALL SELECT event_id, service, '', target_id FROM scores
    UNION ALL SELECT event_id, service, '', extraction_id FROM corrections
    UNION ALL SELECT event_id, service, '', extraction_id FROM assignments
    UNION ALL SELECT event_id, service, '', attempt_id FROM assignments
    UNION ALL SELECT event_id, service, '', extraction_id FROM shadows
    UNION ALL SELECT extraction_id, '', '', extraction_id FROM extractions
)
WHERE has({readers:Array(String)}, user_hash)
    OR (service = {service:String} AND {service:String} != '')
    OR extraction_id IN (SELECT id FROM affected)

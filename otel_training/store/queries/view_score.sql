-- What was said of extractions and insights after their records, reviewers' decisions among it; the user id is a pseudonym.
-- Parameters: limit, how many of the newest.
WITH page AS (SELECT * FROM scores FINAL ORDER BY ts DESC, event_id DESC LIMIT {limit:UInt64})
SELECT
    s.ts AS timestamp,
    'score' AS stage,
    s.target_id AS target_id,
    s.name AS name,
    s.value AS value,
    CAST(tuple(nullIf(r.reviewer, '')), 'Tuple(user_id Nullable(String))') AS metadata,
    if(r.reviewer = '', NULL, 'HUMAN') AS evaluator_kind,
    nullIf(s.service, '') AS service,
    s.event_id AS event_id
FROM page AS s
GLOBAL LEFT JOIN (
    SELECT event_id, any(reviewer) AS reviewer
    FROM reviews
    WHERE extraction_id GLOBAL IN (SELECT target_id FROM page)
    GROUP BY event_id
) AS r ON r.event_id = s.event_id
ORDER BY timestamp, event_id
SETTINGS date_time_output_format = 'iso'

-- What a candidate answered beside Claude since its promotion, with the source and Claude's answer: the newest, in time order.
-- Parameters: experiment; candidate; since, a time as text; limit.
WITH beside AS (
    SELECT extraction_id, ts, insights, outcome, error_type, duration, quality_score
    FROM shadows FINAL
    WHERE experiment = {experiment:String} AND arm = 'candidate' AND candidate = {candidate:String}
        AND ts >= parseDateTime64BestEffort({since:String}, 9, 'UTC') AND extraction_id != ''
    ORDER BY ts DESC, extraction_id DESC
    LIMIT {limit:UInt64}
)
SELECT
    b.extraction_id AS extraction_id,
    b.ts AS time,
    e.topic AS topic,
    e.source_url AS source_url,
    e.source_content AS source_content,
    arrayMap(i -> (i.text, i.category), e.insights) AS baseline,
    e.quality_score AS reported,
    arrayMap(i -> (i.text, i.category), b.insights) AS candidate,
    b.quality_score AS candidate_reported,
    if(b.outcome = 'ok', '', if(b.error_type = '', b.outcome, b.error_type)) AS error,
    b.duration AS seconds
FROM beside AS b
GLOBAL INNER JOIN (
    SELECT extraction_id, topic, source_url, source_content, insights, quality_score
    FROM extractions FINAL
    WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM beside) AND outcome = 'ok' AND source_content != ''
) AS e ON e.extraction_id = b.extraction_id
ORDER BY b.ts, b.extraction_id
SETTINGS max_block_size = 512, date_time_output_format = 'iso'

-- Extractions in the spec's own record format, then what else is known of them; newest last.
-- Parameters: limit, how many of the newest.
WITH page AS (
    SELECT extraction_id, quality_score AS score, passed_filters AS passed
    FROM (SELECT * FROM examples FINAL)
    ORDER BY ts DESC, imported_line DESC, extraction_id DESC
    LIMIT {limit:UInt64}
)
SELECT
    ts AS timestamp,
    'extraction' AS stage,
    nullIf(topic, '') AS topic,
    nullIf(source_url, '') AS source_url,
    source_content,
    arrayMap(i -> CAST((i.text, i.category), 'Tuple(text String, category Nullable(String))'), insights)
        AS extracted_insights,
    p.score AS quality_score,
    p.passed AS passed_filters,
    insight_count,
    extraction_id,
    arrayMap(i -> i.insight_id, insights) AS insight_ids,
    outcome,
    nullIf(error_type, '') AS error_type,
    duration,
    source_truncated,
    redactions,
    nullIf(task, '') AS task,
    nullIf(task_version, '') AS task_version,
    nullIf(service, '') AS service,
    nullIf(trace_id, '') AS trace_id,
    imported_line > 0 AS imported
FROM (SELECT * FROM extractions FINAL WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM page)) AS e
GLOBAL INNER JOIN page AS p ON p.extraction_id = e.extraction_id
ORDER BY ts, imported_line, extraction_id
SETTINGS date_time_output_format = 'iso'

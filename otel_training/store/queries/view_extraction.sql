-- Extractions in the spec's own record format, then what else is known of them; newest last.
-- Parameters: skip, rows to leave out from the oldest on.
SELECT
    ts AS timestamp,
    'extraction' AS stage,
    nullIf(topic, '') AS topic,
    nullIf(source_url, '') AS source_url,
    source_content,
    arrayMap(i -> CAST((i.text, i.category), 'Tuple(text String, category Nullable(String))'), insights)
        AS extracted_insights,
    quality_score,
    passed_filters,
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
FROM v_extractions
ORDER BY ts, imported_line, extraction_id
LIMIT 18446744073709551615 OFFSET {skip:UInt64}
SETTINGS date_time_output_format = 'iso'

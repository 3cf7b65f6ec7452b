-- The texts of some extractions, for a reviewer to read: source, and insights as they are now, corrected where they were;
-- the prompt's messages where the source was not captured beside it.
-- Parameters: ids.
SELECT
    e.extraction_id AS extraction_id,
    e.ts AS timestamp,
    e.source_url AS source_url,
    e.source_content AS source_content,
    e.source_truncated AS source_truncated,
    CAST(k.times > 0, 'Bool') AS is_corrected,
    if(
        is_corrected,
        arrayMap(i -> CAST((i.text, i.category, ''), 'Tuple(text String, category Nullable(String), insight String)'), k.insights),
        arrayMap(
            i -> CAST((i.text, i.category, i.derived_id), 'Tuple(text String, category Nullable(String), insight String)'), e.insights
        )
    ) AS insights,
    if(coalesce(e.source_content, '') = '', c.messages, '') AS messages
FROM (SELECT * FROM extractions FINAL WHERE extraction_id GLOBAL IN {ids:Array(String)}) AS e
GLOBAL LEFT JOIN (
    SELECT extraction_id, count() AS times, argMax(insights, (ts, event_id)) AS insights
    FROM corrections
    WHERE extraction_id GLOBAL IN {ids:Array(String)}
    GROUP BY extraction_id
) AS k ON k.extraction_id = e.extraction_id
GLOBAL LEFT JOIN (
    SELECT extraction_id, call_event_id FROM examples FINAL WHERE extraction_id GLOBAL IN {ids:Array(String)}
) AS x ON x.extraction_id = e.extraction_id
GLOBAL LEFT JOIN (
    SELECT event_id, messages FROM llm_calls FINAL WHERE extraction_id GLOBAL IN {ids:Array(String)}
) AS c ON c.event_id = x.call_event_id
SETTINGS date_time_output_format = 'iso'

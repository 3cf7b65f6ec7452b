-- Extractions that answered no insight, whose model gave none either, one a source and text; a sample, the same each time.
-- Parameters: those of chosen.sql, of which topics, models, prompt_versions, since, until and opted_out_sources count; limit.
-- Result: as of export.sql.
WITH chosen AS (
    SELECT *
    FROM (SELECT * FROM examples FINAL)
    WHERE outcome = 'ok'
        AND insight_count = 0
        AND (empty({topics:Array(String)}) OR has({topics:Array(String)}, topic))
        AND (empty({models:Array(String)}) OR has({models:Array(String)}, model))
        AND (empty({prompt_versions:Array(String)}) OR has({prompt_versions:Array(String)}, prompt_version))
        AND toUnixTimestamp(ts) >= {since:Int64}
        AND toUnixTimestamp(ts) < {until:Int64}
        AND NOT arrayExists(
            s -> source_url = s OR startsWith(source_url, concat(s, '/')) OR startsWith(source_url, concat(s, '?'))
                OR domain(source_url) = s OR endsWith(domain(source_url), concat('.', s)),
            {opted_out_sources:Array(String)}
        )
        AND extraction_id GLOBAL NOT IN (SELECT extraction_id FROM output_texts WHERE items > 0)
)
SELECT
    e.extraction_id AS extraction_id,
    e.ts AS timestamp,
    e.topic AS topic,
    e.source_url AS source_url,
    e.source_content AS source_content,
    e.source_truncated AS source_truncated,
    false AS corrected,
    CAST([], 'Array(Tuple(text String, category Nullable(String), likes UInt64, dismissals UInt64))') AS insights,
    CAST([], 'Array(Tuple(text String, category Nullable(String)))') AS correction,
    x.quality_score AS quality_score,
    x.passed_filters AS passed_filters,
    x.likes AS likes,
    x.dismissals AS dismissals,
    x.net AS net,
    x.viewers AS viewers,
    if(c.calls = 0, 'no_call', 'other_answer') AS prompt_reason,
    c.call.1 AS call_event_id,
    if(c.calls = 1, c.call.2, '') AS messages,
    if(c.calls = 1, c.call.3, '') AS output,
    c.call.4 AS model
FROM (SELECT * FROM extractions FINAL WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM chosen)) AS e
GLOBAL INNER JOIN chosen AS x ON x.extraction_id = e.extraction_id
GLOBAL LEFT JOIN (
    SELECT extraction_id, count() AS calls, any((event_id, messages, output, model)) AS call
    FROM v_llm_calls
    WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM chosen) AND output != ''
    GROUP BY extraction_id
) AS c ON c.extraction_id = e.extraction_id
WHERE source_content != '' OR messages != ''
ORDER BY sipHash64(extraction_id)
LIMIT 1 BY source_url, cityHash64(source_content)
LIMIT {limit:UInt64}
SETTINGS date_time_output_format = 'iso', max_block_size = 512, max_threads = 1

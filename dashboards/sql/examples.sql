-- One row an extraction, with what readers made of it and the call that it was asked by.
SELECT
    e.extraction_id AS extraction_id, e.ts AS ts, e.service AS service, e.task AS task, e.topic AS topic,
    c.model AS model, c.prompt_version AS prompt_version, e.outcome AS outcome, e.error_type AS error_type,
    e.outcome = 'ok' AND e.insight_count > 0 AS is_sample, e.source_length > 0 AS has_content,
    e.source_url AS source_url, e.quality_score AS quality_score, e.passed_filters AS passed_filters,
    e.duration AS duration, x.likes AS likes, x.dismissals AS dismissals, x.net AS net, x.bookmarks AS bookmarks,
    x.shares AS shares, x.viewers AS viewers, if(c.extraction_id = '', 'no_call', '') AS prompt_reason,
    sipHash64(e.source_url, e.output_sha256) AS duplicate_key
FROM v_extractions AS e
LEFT JOIN v_examples AS x ON x.extraction_id = e.extraction_id
LEFT JOIN (
    SELECT extraction_id, argMax(model, ts) AS model, argMax(prompt_version, ts) AS prompt_version
    FROM llm_calls FINAL
    WHERE extraction_id != ''
    GROUP BY extraction_id
) AS c ON c.extraction_id = e.extraction_id

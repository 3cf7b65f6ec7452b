-- The training examples: extractions that readers liked, one row each, oldest first.
-- Parameters: min_quality, the least quality score; net_above, what likes - dismissals, summed over
-- the insights, must exceed; min_viewers, the least number of readers that any one insight reached.
-- Result: extraction_id, the three figures, the insights returned or, where a person corrected them, the
-- last correction; and the prompt: messages of the captured call whose answer was returned, empty where none
-- was captured, and then `prompt_reason`, why (as `v_prompts` says).
-- Of extractions with the same source and the same insights one: rather one that a person corrected, rather one that passed
-- the app's filters, rather one whose prompt was captured, rather the latest.
SELECT * EXCEPT (passed, source, answer)
FROM (
    SELECT
        e.extraction_id AS extraction_id,
        e.ts AS timestamp,
        e.topic AS topic,
        e.source_url AS source_url,
        e.source_content AS source_content,
        e.source_truncated AS source_truncated,
        k.extraction_id != '' AS corrected,
        if(
            corrected,
            k.insights,
            arrayMap(i -> CAST((i.text, i.category), 'Tuple(text String, category Nullable(String))'), e.insights)
        ) AS insights,
        e.quality_score AS quality_score,
        x.net AS net,
        x.viewers AS viewers,
        p.reason AS prompt_reason,
        p.call_event_id AS call_event_id,
        c.messages AS messages,
        c.output AS output,
        c.model AS model,
        multiIf(e.passed_filters, 2, e.passed_filters IS NULL, 1, 0) AS passed,
        if(e.source_url != '', e.source_url, hex(SHA256(coalesce(e.source_content, '')))) AS source,
        arraySort(arrayDistinct(arrayMap(i -> i.text_sha256, e.insights))) AS answer
    FROM v_extractions AS e
    LEFT JOIN v_examples AS x ON x.extraction_id = e.extraction_id
    LEFT JOIN v_prompts AS p ON p.extraction_id = e.extraction_id
    LEFT JOIN (
        SELECT event_id, messages, output, model FROM v_llm_calls WHERE extraction_id != ''
    ) AS c ON c.event_id = p.call_event_id
    LEFT JOIN (
        SELECT extraction_id, argMax(insights, (ts, event_id)) AS insights
        FROM corrections FINAL
        GROUP BY extraction_id
    ) AS k ON k.extraction_id = e.extraction_id
    WHERE e.outcome = 'ok'
        AND arrayExists(i -> match(i.text, '\\S'), e.insights)
        AND (coalesce(e.source_content, '') != '' OR p.call_event_id != '')
        AND e.quality_score >= {min_quality:Float64}
        AND x.net > {net_above:Float64}
        AND x.viewers >= {min_viewers:UInt64}
    ORDER BY corrected DESC, passed DESC, call_event_id != '' DESC, timestamp DESC, extraction_id DESC
    LIMIT 1 BY source, answer
)
ORDER BY timestamp, extraction_id
SETTINGS date_time_output_format = 'iso'

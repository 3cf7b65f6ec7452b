-- The training examples: extractions that readers liked, one row each, oldest first. Our own export asks in three steps, so that
-- it holds the texts of a page alone: picked.sql, and by its ids export_texts.sql and export_calls.sql.
-- Parameters: those of chosen.sql.
-- Result: extraction_id, the three figures, the insights returned, each with its votes; where a person corrected them, the
-- last correction; and the prompt: messages of the captured call whose answer was returned, empty where none
-- was captured, and then `prompt_reason`, why (as `v_prompts` says).
WITH
    -- As a value, so that it is picked once: a query behind a name runs as often as it is named.
    (
        SELECT groupArray((
            extraction_id, corrected, correction, quality_score, passed_filters, likes, dismissals, net, viewers,
            prompt_reason, call_event_id, votes.insight, votes.likes, votes.dismissals
        ))
        FROM (
/*{picked}*/
        )
    ) AS rows,
    picked AS (SELECT arrayJoin(rows) AS c, c.1 AS extraction_id, c.11 AS call_event_id)
SELECT
    e.extraction_id AS extraction_id,
    e.ts AS timestamp,
    e.topic AS topic,
    e.source_url AS source_url,
    e.source_content AS source_content,
    e.source_truncated AS source_truncated,
    x.c.2 AS corrected,
    arrayMap(
        i -> CAST(
            (
                i.text, i.category, x.c.13[indexOf(x.c.12, i.derived_id)], x.c.14[indexOf(x.c.12, i.derived_id)]
            ),
            'Tuple(text String, category Nullable(String), likes UInt64, dismissals UInt64)'
        ),
        e.insights
    ) AS insights,
    x.c.3 AS correction,
    x.c.4 AS quality_score,
    x.c.5 AS passed_filters,
    x.c.6 AS likes,
    x.c.7 AS dismissals,
    x.c.8 AS net,
    x.c.9 AS viewers,
    x.c.10 AS prompt_reason,
    x.c.11 AS call_event_id,
    c.messages AS messages,
    c.output AS output,
    c.model AS model
FROM (SELECT * FROM extractions FINAL WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM picked)) AS e
GLOBAL INNER JOIN picked AS x ON x.extraction_id = e.extraction_id
GLOBAL LEFT JOIN (
    SELECT event_id, messages, output, model
    FROM v_llm_calls
    WHERE (extraction_id, event_id) GLOBAL IN (SELECT extraction_id, call_event_id FROM picked)
    LIMIT 1 BY event_id
) AS c ON c.event_id = x.call_event_id
WHERE arrayExists(i -> match(i.text, '\\S'), e.insights)
ORDER BY timestamp, extraction_id
-- Rows of 10 kB and more: small blocks, or each takes 100 MB; one thread, which reads faster than we write.
-- Neither joins nor sorting spread rows over threads; above 200 MB they are sorted on the disk.
SETTINGS output_format_parallel_formatting = 0, join_algorithm = 'hash', max_bytes_before_external_sort = 200000000,
    date_time_output_format = 'iso', max_block_size = 64, max_threads = 1

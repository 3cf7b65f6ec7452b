-- The training examples: extractions that readers liked, one row each, oldest first.
-- Parameters: those of chosen.sql, and calls: v_llm_calls, or llm_calls where none is of a batch, which is planned in half the time.
-- Result: extraction_id, the three figures, the insights returned, each with its votes; where a person corrected them, the
-- last correction; and the prompt: messages of the captured call whose answer was returned, empty where none
-- was captured, and then `prompt_reason`, why (as `v_prompts` says).
WITH
    -- As a value, so that it is chosen once: a query behind a name runs as often as it is named.
    (
        SELECT groupArray((
            extraction_id, is_corrected, quality_score, passed_filters, likes, dismissals, net, viewers, prompt_reason,
            call_event_id
        ))
        FROM (
/*{chosen}*/
        )
    ) AS picked,
    chosen AS (
        SELECT arrayJoin(picked) AS c, c.1 AS extraction_id, c.2 AS is_corrected, c.3 AS quality_score, c.4 AS passed_filters,
            c.5 AS likes, c.6 AS dismissals, c.7 AS net, c.8 AS viewers, c.9 AS prompt_reason, c.10 AS call_event_id
    )
SELECT
    e.extraction_id AS extraction_id,
    e.ts AS timestamp,
    e.topic AS topic,
    e.source_url AS source_url,
    e.source_content AS source_content,
    e.source_truncated AS source_truncated,
    x.is_corrected AS corrected,
    arrayMap(
        i -> CAST(
            (i.text, i.category, v.votes[i.derived_id].1, v.votes[i.derived_id].2),
            'Tuple(text String, category Nullable(String), likes UInt64, dismissals UInt64)'
        ),
        e.insights
    ) AS insights,
    k.insights AS correction,
    x.quality_score AS quality_score,
    x.passed_filters AS passed_filters,
    x.likes AS likes,
    x.dismissals AS dismissals,
    x.net AS net,
    x.viewers AS viewers,
    x.prompt_reason AS prompt_reason,
    x.call_event_id AS call_event_id,
    c.messages AS messages,
    c.output AS output,
    c.model AS model
FROM (SELECT * FROM extractions FINAL WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM chosen)) AS e
GLOBAL INNER JOIN chosen AS x ON x.extraction_id = e.extraction_id
GLOBAL LEFT JOIN (
    SELECT event_id, messages, output, model
    FROM {calls:Identifier}
    WHERE (extraction_id, event_id) GLOBAL IN (SELECT extraction_id, call_event_id FROM chosen)
    LIMIT 1 BY event_id
) AS c ON c.event_id = x.call_event_id
GLOBAL LEFT JOIN (
    SELECT extraction_id, argMax(insights, (ts, event_id)) AS insights
    FROM corrections
    WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM chosen)
    GROUP BY extraction_id
) AS k ON k.extraction_id = e.extraction_id
GLOBAL LEFT JOIN (
    SELECT extraction_id, mapFromArrays(groupArray(insight), groupArray((likes, dismissals))) AS votes
    FROM (
        SELECT DISTINCT extraction_id, arrayJoin(insights.derived_id) AS insight
        FROM extractions
        WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM chosen)
    ) AS o
    GLOBAL INNER JOIN (
        SELECT w.insight AS insight, w.likes - d.likes AS likes, w.dismissals - d.dismissals AS dismissals
        FROM (
            SELECT insight, likes, dismissals
            FROM engagement FINAL
            WHERE insight GLOBAL IN (
                SELECT arrayJoin(insights.derived_id)
                FROM extractions
                WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM chosen)
            )
        ) AS w
        GLOBAL LEFT JOIN (
/*{doubted}*/
        ) AS d ON d.insight = w.insight
    ) AS g ON g.insight = o.insight
    GROUP BY extraction_id
) AS v ON v.extraction_id = e.extraction_id
WHERE arrayExists(i -> match(i.text, '\\S'), e.insights)
ORDER BY timestamp, extraction_id
-- Rows of 10 kB and more: small blocks, or each takes 100 MB; one thread, which reads faster than we write.
-- Neither joins nor sorting spread rows over threads; above 200 MB they are sorted on the disk.
SETTINGS output_format_parallel_formatting = 0, join_algorithm = 'hash', max_bytes_before_external_sort = 200000000,
    date_time_output_format = 'iso', max_block_size = 64, max_threads = 1

-- Calls of models, each once: of several records in an extraction with one response those that are priced (0060).
-- Of a Message Batch each result once, however often and by whomever it was read, with the prompt that was submitted for
-- it, maybe by another process. No content is read to tell them apart: a result has a response or an error.
-- A result's extraction: the one that returned what the result answers, rather one that read it, rather with whole texts,
-- rather near in time; else the first that read it, else the submission's, else the custom_id.
CREATE OR REPLACE VIEW v_llm_calls /*{on_cluster}*/ AS
WITH
    -- Else nothing of the rest is read. Not `count()`: of the column only its sizes would be read, which nobody is granted.
    (SELECT count(batch_id) > 0 FROM llm_calls WHERE batch_id != '') AS has_batches,
    reads AS (
        SELECT *, if(custom_id = '', event_id, custom_id) AS request
        FROM (SELECT * FROM llm_calls FINAL WHERE batch_id != '' AND (response_id != '' OR error_type != ''))
    ),
    readers AS (
        SELECT
            batch_id, request, min(ts) AS first_ts, argMin(event_id, (ts, event_id)) AS first_id,
            argMinIf(extraction_id, (ts, event_id), extraction_id != '') AS reader,
            groupUniqArray(extraction_id) AS every_reader
        FROM reads
        GROUP BY batch_id, request
    ),
    answered AS (
        SELECT
            c.batch_id AS batch_id, c.request AS request,
            argMin(
                e.extraction_id,
                (
                    NOT has(c.every_reader, e.extraction_id), NOT hasAll(c.texts, e.texts),
                    abs(dateDiff('us', c.first_ts, e.ts))
                )
            ) AS extraction_id
        FROM (
            SELECT extraction_id, ts, texts, arrayMap(t -> left(t, 8), texts) AS beginnings
            FROM (SELECT * FROM output_texts FINAL)
            WHERE event_id = extraction_id AND has_batches
        ) AS e
        INNER JOIN (
            SELECT
                r.batch_id AS batch_id, r.request AS request, r.first_ts AS first_ts, r.every_reader AS every_reader,
                t.texts AS texts, arrayMap(t -> left(t, 8), t.texts) AS beginnings,
                arrayJoin(arrayDistinct(beginnings)) AS beginning
            FROM (SELECT * FROM output_texts FINAL WHERE has_batches) AS t
            INNER JOIN readers AS r ON r.first_id = t.event_id
        ) AS c ON c.beginning = e.beginnings[1]
        WHERE hasAll(c.beginnings, e.beginnings)
        GROUP BY batch_id, request
    )
SELECT * FROM llm_calls FINAL WHERE batch_id = '' AND event_id GLOBAL NOT IN (
    SELECT event_id FROM call_costs WHERE reason = 'repeated'
)
UNION ALL
SELECT
    r.event_id AS event_id,
    r.ts AS ts,
    r.service AS service,
    multiIf(
        a.extraction_id != '', a.extraction_id, f.reader != '', f.reader,
        q.extraction_id != '', q.extraction_id, r.custom_id
    ) AS extraction_id,
    r.provider AS provider,
    q.model AS model,
    r.response_model AS response_model,
    r.response_id AS response_id,
    r.finish_reason AS finish_reason,
    r.error_type AS error_type,
    r.duration AS duration,
    r.time_to_first_chunk AS time_to_first_chunk,
    q.max_tokens AS max_tokens,
    r.stream AS stream,
    r.service_tier AS service_tier,
    r.input_tokens AS input_tokens,
    r.output_tokens AS output_tokens,
    r.cache_read_input_tokens AS cache_read_input_tokens,
    r.cache_write_input_tokens AS cache_write_input_tokens,
    r.cache_write_5m_input_tokens AS cache_write_5m_input_tokens,
    r.cache_write_1h_input_tokens AS cache_write_1h_input_tokens,
    r.reasoning_output_tokens AS reasoning_output_tokens,
    q.prompt_version AS prompt_version,
    r.batch_id AS batch_id,
    r.custom_id AS custom_id,
    q.messages AS messages,
    r.output AS output,
    q.tools AS tools,
    r.output_sha256 AS output_sha256
FROM reads AS r
INNER JOIN readers AS f ON f.first_id = r.event_id
LEFT JOIN answered AS a ON a.batch_id = r.batch_id AND a.request = r.request
LEFT JOIN (SELECT * FROM llm_calls FINAL WHERE batch_id != '' AND response_id = '' AND error_type = '') AS q
    ON q.batch_id = r.batch_id AND q.custom_id = r.custom_id

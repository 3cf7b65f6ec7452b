-- As 0036, but the beginning of an insight stands for it in a prompt only where the answer has not the whole: another text of
-- the answer, such as a quotation from the source, may begin alike.
CREATE OR REPLACE VIEW v_prompts /*{on_cluster}*/ AS
SELECT
    extraction_id,
    argMinIf(
        event_id, (is_shown, NOT is_whole, -shared_categories, -items, ts, event_id), is_held AND (NOT is_shown OR is_quoted)
    ) AS call_event_id,
    multiIf(
        call_event_id != '', '', countIf(event_id != '') = 0, 'no_call', countIf(is_held) = 0, 'other_answer', 'judge'
    ) AS reason
FROM (
    SELECT
        e.extraction_id AS extraction_id,
        c.event_id AS event_id,
        c.ts AS ts,
        toInt64(c.items) AS items,
        arrayMap(t -> left(t, 8), e.texts) AS beginnings,
        c.event_id != '' AND (
            notEmpty(e.texts) AND hasAll(arrayMap(t -> left(t, 8), c.texts), beginnings)
            OR e.output_sha256 != '' AND c.output_sha256 = e.output_sha256
        ) AS is_held,
        notEmpty(e.texts) AND arrayAll(
            t -> has(c.quoted, t) OR NOT has(c.texts, t) AND arrayExists(q -> startsWith(q, left(t, 8)), c.quoted), e.texts
        ) AS is_shown,
        hasAll(e.quoted, e.texts) AS is_quoted,
        hasAll(c.texts, e.texts) AS is_whole,
        toInt64(length(arrayIntersect(c.texts, e.categories))) AS shared_categories
    FROM (
        SELECT x.extraction_id AS extraction_id, x.output_sha256 AS output_sha256, t.texts, t.categories, t.quoted
        FROM (SELECT extraction_id, output_sha256 FROM extractions FINAL WHERE outcome = 'ok' AND insight_count > 0) AS x
        LEFT JOIN (SELECT * FROM output_texts FINAL) AS t ON t.event_id = x.extraction_id
    ) AS e
    LEFT JOIN (
        SELECT
            y.extraction_id AS extraction_id, y.event_id AS event_id, y.ts AS ts, y.output_sha256 AS output_sha256,
            t.texts, t.quoted, t.items
        FROM v_llm_calls AS y
        LEFT JOIN (SELECT * FROM output_texts FINAL) AS t ON t.event_id = y.event_id
        WHERE y.extraction_id != ''
    ) AS c ON c.extraction_id = e.extraction_id
)
GROUP BY extraction_id

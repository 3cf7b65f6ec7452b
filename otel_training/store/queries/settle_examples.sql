-- Writes the row of each touched extraction. Net is the sum over its insights, viewers the most of any of them.
-- Which call is its prompt, see v_prompts. Of pairs by settle_twins the old log's row is marked, and what it alone says of
-- quality and filters holds for the other. A cost is known where that of each answered call is.
-- Parameters: run; kinds, the steps whose extractions are written; calls, v_llm_calls, or llm_calls where no call is of a Message Batch, which is faster.
INSERT INTO examples (
    extraction_id, ts, service, task, task_version, topic, source_url, model, prompt_version, outcome, error_type, duration,
    imported_line, insight_count, is_sample, has_text, has_blank, is_bare, has_content, is_corrected, quality_score,
    passed_filters, call_event_id, prompt_reason, duplicate_key, likes, dismissals, net, bookmarks, shares, viewers,
    reactions, anonymous_shown, anonymous_actions, odd_actions, cost, is_repeated, revision
)
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (SELECT DISTINCT key FROM settling WHERE run = {run:UInt64} AND has({kinds:Array(String)}, step)),
    rows AS (
        -- Of texts only what the row says of them: rounds are bounded in keys, not in bytes.
        SELECT
            extraction_id, ts, service, task, task_version, topic, source_url, insight_count, output_sha256, quality_score,
            passed_filters, outcome, error_type, duration, imported_line, insights.derived_id AS derived_ids,
            arrayExists(i -> i.text_sha256 != '' OR match(i.text, '\\S'), insights) AS has_text,
            arrayExists(i -> NOT match(i.text, '\\S'), insights) AS has_blank,
            arrayExists(i -> i.text = '' AND i.text_sha256 NOT IN ('', lower(hex(SHA256('')))), insights) AS is_bare,
            coalesce(source_content, '') != '' AS has_content,
            sipHash64(
                if(source_url != '', source_url, hex(SHA256(coalesce(source_content, '')))),
                arraySort(arrayDistinct(insights.text_sha256))
            ) AS duplicate_key
        FROM extractions
        PREWHERE extraction_id GLOBAL IN (SELECT key FROM touched)
        LIMIT 1 BY extraction_id
    ),
    twins AS (
        SELECT splitByChar(' ', key)[1] AS imported, splitByChar(' ', key)[2] AS live
        FROM settling
        WHERE run = {run:UInt64} AND step = 'twin'
    ),
    texts AS (
        SELECT event_id, texts, categories, quoted, items
        FROM output_texts
        WHERE extraction_id GLOBAL IN (
            SELECT key FROM touched
            UNION DISTINCT
            SELECT extraction_id FROM llm_calls WHERE batch_id != ''
        )
        LIMIT 1 BY event_id
    ),
    prompts AS (
        SELECT
            extraction_id,
            argMinIf(
                event_id, (is_shown, NOT is_whole, -shared_categories, -items, ts, event_id),
                is_held AND (NOT is_shown OR is_quoted)
            ) AS call_event_id,
            multiIf(
                any(answerless), '', call_event_id != '', '', countIf(event_id != '') = 0, 'no_call',
                countIf(is_held) = 0, 'other_answer', 'judge'
            ) AS reason,
            arraySort(groupArray((ts, event_id, model, prompt_version))) AS asked,
            asked[greatest(1, arrayFirstIndex(c -> c.2 = call_event_id, asked))] AS chosen,
            if(countIf(event_id != '' AND cost IS NULL AND cost_reason != 'no_answer') = 0, sum(cost), NULL) AS cost
        FROM (
            SELECT
                e.extraction_id AS extraction_id,
                NOT (e.outcome = 'ok' AND e.insight_count > 0) AS answerless,
                c.event_id AS event_id,
                c.ts AS ts,
                c.model AS model,
                c.prompt_version AS prompt_version,
                c.cost AS cost,
                c.cost_reason AS cost_reason,
                toInt64(c.items) AS items,
                arrayMap(t -> left(t, 8), e.texts) AS beginnings,
                NOT answerless AND c.event_id != '' AND (
                    notEmpty(e.texts) AND hasAll(arrayMap(t -> left(t, 8), c.texts), beginnings)
                    OR e.output_sha256 != '' AND c.output_sha256 = e.output_sha256
                ) AS is_held,
                notEmpty(e.texts) AND arrayAll(
                    t -> has(c.quoted, t)
                        OR NOT has(c.texts, t) AND arrayExists(q -> startsWith(q, left(t, 8)), c.quoted),
                    e.texts
                ) AS is_shown,
                hasAll(e.quoted, e.texts) AS is_quoted,
                hasAll(c.texts, e.texts) AS is_whole,
                toInt64(length(arrayIntersect(c.texts, e.categories))) AS shared_categories
            FROM (
                SELECT x.extraction_id AS extraction_id, x.outcome AS outcome, x.insight_count AS insight_count,
                    x.output_sha256 AS output_sha256, t.texts AS texts, t.categories AS categories, t.quoted AS quoted
                FROM rows AS x
                GLOBAL LEFT JOIN texts AS t ON t.event_id = x.extraction_id
            ) AS e
            GLOBAL LEFT JOIN (
                SELECT y.event_id AS event_id, y.extraction_id AS extraction_id, y.ts AS ts, y.model AS model,
                    y.prompt_version AS prompt_version, y.output_sha256 AS output_sha256,
                    t.texts AS texts, t.quoted AS quoted, t.items AS items, p.priced.1 AS cost, p.priced.2 AS cost_reason
                FROM (
                    SELECT event_id, extraction_id, ts, model, prompt_version, output_sha256
                    FROM {calls:Identifier}
                    WHERE extraction_id GLOBAL IN (SELECT key FROM touched)
                        AND event_id GLOBAL NOT IN (SELECT event_id FROM call_costs WHERE reason = 'repeated')
                    LIMIT 1 BY event_id
                ) AS y
                GLOBAL LEFT JOIN texts AS t ON t.event_id = y.event_id
                GLOBAL LEFT JOIN (
                    SELECT event_id, argMax((cost, reason), revision) AS priced
                    FROM call_costs
                    WHERE event_id GLOBAL IN (
                        SELECT event_id FROM {calls:Identifier} WHERE extraction_id GLOBAL IN (SELECT key FROM touched)
                    )
                    GROUP BY event_id
                ) AS p ON p.event_id = y.event_id
            ) AS c ON c.extraction_id = e.extraction_id
        )
        GROUP BY extraction_id
    ),
    scored AS (
        SELECT
            target_id,
            argMaxOrNullIf(value, (ts, event_id), name = 'quality_score') AS quality_score,
            CAST(argMaxOrNullIf(value, (ts, event_id), name = 'passed_filters') != 0, 'Nullable(Bool)') AS passed_filters
        FROM scores
        WHERE target_id GLOBAL IN (SELECT key FROM touched)
        GROUP BY target_id
    ),
    logged AS (
        SELECT t.live AS live, argMax(x.quality_score, (x.ts, x.extraction_id)) AS quality_score,
            argMax(x.passed_filters, (x.ts, x.extraction_id)) AS passed_filters
        FROM twins AS t
        GLOBAL INNER JOIN (SELECT extraction_id, ts, quality_score, passed_filters FROM rows) AS x ON x.extraction_id = t.imported
        GROUP BY live
    ),
    returned AS (SELECT extraction_id, arrayJoin(arrayDistinct(derived_ids)) AS insight FROM rows),
    liked AS (
/*{liked}*/
    )
SELECT
    e.extraction_id, e.ts, e.service, e.task, e.task_version, e.topic, e.source_url,
    p.chosen.3 AS model, p.chosen.4 AS prompt_version, e.outcome, e.error_type, e.duration,
    e.imported_line,
    e.insight_count,
    e.outcome = 'ok' AND notEmpty(e.derived_ids) AS is_sample,
    e.has_text, e.has_blank, e.is_bare, e.has_content,
    e.extraction_id GLOBAL IN (
        SELECT extraction_id FROM corrections WHERE extraction_id GLOBAL IN (SELECT key FROM touched)
    ) AS is_corrected,
    coalesce(s.quality_score, e.quality_score, o.quality_score) AS quality_score,
    coalesce(s.passed_filters, e.passed_filters, o.passed_filters) AS passed_filters,
    p.call_event_id,
    p.reason,
    e.duplicate_key,
    l.likes, l.dismissals, toInt64(l.likes) - toInt64(l.dismissals) AS net, l.bookmarks, l.shares, l.viewers,
    l.reactions, l.anonymous_shown, l.anonymous_actions, l.odd_actions,
    p.cost, e.extraction_id GLOBAL IN (SELECT imported FROM twins) AS is_repeated,
    {run:UInt64} AS revision
FROM rows AS e
GLOBAL LEFT JOIN prompts AS p ON p.extraction_id = e.extraction_id
GLOBAL LEFT JOIN scored AS s ON s.target_id = e.extraction_id
GLOBAL LEFT JOIN liked AS l ON l.extraction_id = e.extraction_id
GLOBAL LEFT JOIN logged AS o ON o.live = e.extraction_id

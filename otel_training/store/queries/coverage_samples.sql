-- What samples lack: extractions that returned insights, and how many of them have no score, prompt, topic, source or text.
-- A sample without a captured prompt and without source content can never be an example: it is `promptless`.
SELECT
    count() AS attempts,
    countIf(outcome = 'ok' AND insight_count IS NULL AND imported_line = 0) AS unrecognised,
    countIf(is_sample) AS samples,
    countIf(is_sample AND quality_score IS NULL) AS unscored,
    countIf(is_sample AND (quality_score < 0 OR quality_score > 10)) AS off_scale,
    countIf(is_sample AND quality_score IS NOT NULL) AS scored,
    maxOrNullIf(quality_score, is_sample) AS best,
    countIf(is_sample AND topic = '') AS topicless,
    countIf(is_sample AND source_url = '') AS urlless,
    countIf(is_sample AND NOT has_content) AS contentless,
    countIf(is_sample AND NOT has_content AND NOT has_prompt) AS promptless,
    countIf(is_sample AND imported_line = 0) AS live,
    countIf(is_sample AND imported_line = 0 AND reason = 'no_call') AS uncalled,
    countIf(is_sample AND imported_line = 0 AND reason = 'no_call' AND NOT has_content) AS uncalled_lost,
    countIf(is_sample AND imported_line = 0 AND reason = 'other_answer') AS unmatched,
    countIf(is_sample AND imported_line = 0 AND reason = 'other_answer' AND NOT has_content) AS unmatched_lost,
    countIf(is_sample AND imported_line = 0 AND reason = 'judge') AS judged,
    countIf(is_sample AND imported_line = 0 AND reason = 'judge' AND NOT has_content) AS judged_lost,
    countIf(is_sample AND is_blank AND NOT is_bare) AS blank,
    countIf(is_sample AND is_bare) AS bare
FROM (
    SELECT
        outcome, insight_count, imported_line, quality_score, topic, source_url,
        outcome = 'ok' AND notEmpty(insights) AS is_sample,
        coalesce(source_content, '') != '' OR is_bare AS has_content,
        p.reason AS reason,
        p.call_event_id != '' AS has_prompt,
        arrayExists(i -> NOT match(i.text, '\\S'), insights) AS is_blank,
        arrayExists(i -> i.text = '' AND i.text_sha256 NOT IN ('', lower(hex(SHA256('')))), insights) AS is_bare
    FROM v_extractions AS e
    LEFT JOIN v_prompts AS p ON p.extraction_id = e.extraction_id
)

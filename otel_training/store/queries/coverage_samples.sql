-- What samples lack: extractions that returned insights, and how many of them have no score, prompt, topic, source or text.
-- A sample without a captured prompt and without source content can never be an example: it is `promptless`. Where the text
-- is left out by content=none, so are source and topic, which are no lack of their own; nor is it one that no call answered
-- insights whose texts are unknown.
WITH has_content OR is_bare AS has_source, imported_line = 0 AS is_live, has_blank AND NOT is_bare AS is_blank
SELECT
    count() AS attempts,
    countIf(outcome = 'ok' AND insight_count IS NULL AND is_live) AS unrecognised,
    countIf(is_sample) AS samples,
    countIf(is_sample AND quality_score IS NULL) AS unscored,
    countIf(is_sample AND (quality_score < 0 OR quality_score > 10)) AS off_scale,
    countIf(is_sample AND quality_score IS NOT NULL) AS scored,
    maxOrNullIf(quality_score, is_sample) AS best,
    countIf(is_sample AND topic = '' AND NOT is_bare) AS topicless,
    countIf(is_sample AND source_url = '') AS urlless,
    countIf(is_sample AND NOT has_source) AS contentless,
    countIf(is_sample AND NOT has_source AND call_event_id = '') AS promptless,
    countIf(is_sample AND is_live) AS live,
    countIf(is_sample AND is_live AND prompt_reason = 'no_call') AS uncalled,
    countIf(is_sample AND is_live AND prompt_reason = 'no_call' AND NOT has_source) AS uncalled_lost,
    countIf(is_sample AND is_live AND prompt_reason = 'other_answer' AND NOT is_blank) AS unmatched,
    countIf(is_sample AND is_live AND prompt_reason = 'other_answer' AND NOT is_blank AND NOT has_source) AS unmatched_lost,
    countIf(is_sample AND is_live AND prompt_reason = 'judge') AS judged,
    countIf(is_sample AND is_live AND prompt_reason = 'judge' AND NOT has_source) AS judged_lost,
    countIf(is_sample AND is_blank) AS blank,
    countIf(is_sample AND is_bare) AS bare
FROM (SELECT * FROM examples FINAL)

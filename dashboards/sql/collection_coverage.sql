-- What do the records lack? The shares of samples (extractions with insights) that have a score and so on to a reader, of
-- impressions that name their `Viewer`, and of actions that name their `Voter` and a known `Insight`. What is missing
-- here the export filters out: `otel-training doctor` says what to do for each.
WITH
    (
        SELECT (
            countIf(quality_score IS NOT NULL) / nullIf(count(), 0), countIf(topic != '') / nullIf(count(), 0),
            countIf(prompt_reason = '') / nullIf(count(), 0), countIf(source_url != '') / nullIf(count(), 0),
            countIf(viewers > 0) / nullIf(count(), 0)
        )
        FROM examples FINAL WHERE is_sample AND $__timeFilter(ts) /*{service, topic}*/
    ) AS samples
SELECT part.1 AS what, part.2 AS share
FROM (
    SELECT arrayJoin([
        ('Score', samples.1), ('Topic', samples.2), ('Prompt', samples.3),
        ('Source URL', samples.4), ('Reader', samples.5),
        ('Viewer', (
            SELECT countIf(user_hash != '') / nullIf(count(), 0)
            FROM impressions WHERE position = 0 AND $__timeFilter(ts)
        )),
        ('Voter', (
            SELECT countIf(user_hash != '') / nullIf(count(), 0) FROM feedback FINAL WHERE $__timeFilter(ts)
        )),
        ('Insight', (
            SELECT countIf(insight_id GLOBAL IN (
                SELECT id FROM v_aliases WHERE id GLOBAL IN (SELECT insight_id FROM feedback WHERE $__timeFilter(ts))
            )) / nullIf(count(), 0)
            FROM feedback FINAL WHERE $__timeFilter(ts)
        ))
    ]) AS part
)
WHERE share IS NOT NULL

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
    ) AS samples,
    (
        SELECT (
            countIf(NOT is_action), countIf(NOT is_action AND reader != 0), countIf(is_action), countIf(is_action AND reader != 0)
        )
        FROM reader_events_by_time FINAL WHERE $__timeFilter(ts)
    ) AS came,
    -- Asked twice: FINAL reads all ids, but where it is told which.
    unknown AS (
        SELECT id
        FROM reactions FINAL
        WHERE NOT is_known AND id GLOBAL IN (SELECT id FROM reactions WHERE NOT is_known AND actions > 0)
    )
SELECT part.1 AS what, part.2 AS share
FROM (
    SELECT arrayJoin([
        ('Score', samples.1), ('Topic', samples.2), ('Prompt', samples.3),
        ('Source URL', samples.4), ('Reader', samples.5),
        ('Viewer', came.2 / nullIf(came.1, 0)),
        ('Voter', came.4 / nullIf(came.3, 0)),
        ('Insight', 1 - (
            SELECT count()
            FROM feedback FINAL WHERE insight_id GLOBAL IN (SELECT id FROM unknown) AND $__timeFilter(ts)
        ) / nullIf(came.3, 0))
    ]) AS part
)
WHERE share IS NOT NULL

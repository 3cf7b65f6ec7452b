-- What do the records lack? Shares of the samples (extractions with insights), impressions and actions of this time that
-- have what an export asks for. What is missing here is filtered out there: `otel-training doctor` says what to do for each.
WITH
    (
        SELECT (
            countIf(quality_score IS NOT NULL) / nullIf(count(), 0), countIf(topic != '') / nullIf(count(), 0),
            countIf(prompt_reason = '') / nullIf(count(), 0), countIf(source_url != '') / nullIf(count(), 0),
            countIf(viewers > 0) / nullIf(count(), 0)
        )
        FROM examples WHERE is_sample AND $__timeFilter(ts) /*{service, topic}*/
    ) AS samples
SELECT part.1 AS what, part.2 AS share
FROM (
    SELECT arrayJoin([
        ('Samples with a score', samples.1), ('Samples with a topic', samples.2), ('Samples with a prompt', samples.3),
        ('Samples with a source URL', samples.4), ('Samples with a reader', samples.5),
        ('Impressions with a reader', (
            SELECT uniqExactIf(event_id, user_hash != '') / nullIf(uniqExact(event_id), 0)
            FROM impressions WHERE $__timeFilter(ts)
        )),
        ('Actions with a reader', (
            SELECT countIf(user_hash != '') / nullIf(count(), 0) FROM feedback FINAL WHERE $__timeFilter(ts)
        )),
        ('Actions on a known insight', (
            SELECT countIf(insight_id IN (SELECT id FROM v_aliases)) / nullIf(count(), 0)
            FROM feedback FINAL WHERE $__timeFilter(ts)
        ))
    ]) AS part
)
WHERE share IS NOT NULL

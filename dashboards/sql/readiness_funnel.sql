-- Where are rows lost? Extractions of all time that are left after each filter of the export, in its order. Loosen or feed
-- the filter with the largest step.
SELECT step.2 AS filter, step.3 AS rows
FROM (
    SELECT arrayJoin([
        (1, 'captured', count()),
        (2, 'with insights', countIf(is_sample)),
        (3, 'with a prompt', countIf(is_sample AND prompted)),
        (4, 'good enough', countIf(is_sample AND prompted AND good)),
        (5, 'liked', countIf(is_sample AND prompted AND good AND net > 0)),
        (6, 'read by enough', countIf(eligible)),
        (7, 'distinct', uniqExactIf(duplicate_key, eligible))
    ]) AS step
    FROM (
        SELECT
            is_sample, net, duplicate_key,
            has_content OR call_event_id != '' AS prompted,
            coalesce(quality_score >= coalesce(toFloat64OrNull(${min_quality:singlequote}), 7), false) AS good,
            coalesce(true /*{eligible}*/, false) AS eligible
        FROM examples FINAL
        WHERE true /*{topic}*/
    )
)
ORDER BY step.1

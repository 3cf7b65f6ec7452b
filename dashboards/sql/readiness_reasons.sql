-- What keeps samples back? Extractions with insights that are no examples, by the first filter that they fail. Missing scores
-- and readers are mended in the app: `otel-training doctor` says how.
SELECT
    multiIf(
        NOT (has_content OR call_event_id != ''), 'no prompt or source',
        quality_score IS NULL, 'no score',
        quality_score < coalesce(toFloat64OrNull(${min_quality:singlequote}), 7), 'low score',
        viewers = 0, 'no reader yet',
        net <= 0, 'not liked',
        'too few readers'
    ) AS reason,
    count() AS samples
FROM examples FINAL
WHERE is_sample AND NOT coalesce(true /*{eligible}*/, false) /*{topic}*/
GROUP BY reason
ORDER BY samples DESC, reason

-- How do the two compare in everything at once? The score's interval (95 %) is for one look, not for watching until it
-- pleases; and nobody drew lots for who answers what, so other sources may explain a difference.
SELECT
    arm AS `Arm`,
    count() AS `Attempts`,
    countIf(outcome != 'ok') / count() AS `Failed`,
    avgOrNullIf(quality_score, is_sample) AS `Mean score`,
    countIf(is_sample AND quality_score IS NOT NULL) AS `Scored`,
    1.96 * if(`Scored` < 2, NULL, stddevSampOrNullIf(quality_score, is_sample)) / sqrt(nullIf(`Scored`, 0)) AS `±`,
    countIf(is_sample AND quality_score >= 7) / nullIf(`Scored`, 0) AS `Good`,
    countIf(is_sample AND passed_filters) / nullIf(countIf(is_sample AND passed_filters IS NOT NULL), 0) AS `Passed`,
    sum(likes) / nullIf(sum(likes) + sum(dismissals), 0) AS `Liked`,
    avgOrNull(spent) AS `Cost`,
    quantileOrNull(0.5)(duration) AS p50,
    quantileOrNull(0.95)(duration) AS p95
FROM arms
LEFT JOIN (
    SELECT extraction_id, toFloat64(sum(cost)) AS spent FROM v_call_costs WHERE cost IS NOT NULL GROUP BY extraction_id
) AS c ON c.extraction_id = arms.extraction_id
GROUP BY arm
ORDER BY arm != ${baseline:singlequote}

-- How do the two compare in everything at once? The score's interval (95 %) is for one look, not for watching until it
-- pleases; and nobody drew lots for who answers what, so other sources may explain a difference.
SELECT
    arm,
    count() AS attempts,
    countIf(outcome != 'ok') / count() AS failed,
    avgOrNullIf(quality_score, is_sample) AS mean_score,
    countIf(is_sample AND quality_score IS NOT NULL) AS scored,
    1.96 * if(scored < 2, NULL, stddevSampOrNullIf(quality_score, is_sample)) / sqrt(nullIf(scored, 0)) AS plus_minus,
    countIf(is_sample AND quality_score >= 7) / nullIf(scored, 0) AS good,
    countIf(is_sample AND passed_filters) / nullIf(countIf(is_sample AND passed_filters IS NOT NULL), 0) AS passed,
    sum(likes) / nullIf(sum(likes) + sum(dismissals), 0) AS liked,
    quantileOrNull(0.5)(duration) AS p50,
    quantileOrNull(0.95)(duration) AS p95
FROM arms
GROUP BY arm
ORDER BY arm != ${baseline:singlequote}

-- Does it keep the good ones? The candidate's share of scores of 7 and more, as a share of the baseline's. It falls long
-- before the mean does.
SELECT
    countIf(arm = ${candidate:singlequote} AND quality_score >= 7)
        / nullIf(countIf(arm = ${candidate:singlequote}), 0)
        / nullIf(
            countIf(arm = ${baseline:singlequote} AND quality_score >= 7)
                / nullIf(countIf(arm = ${baseline:singlequote}), 0), 0
        ) AS ratio
FROM arms
WHERE is_sample AND quality_score IS NOT NULL

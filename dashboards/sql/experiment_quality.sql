-- Does the candidate keep the quality? Its mean score as a share of the baseline's. 90 % is what a migration asks for at
-- least; but the mean forgives many bad ones, so look at the next figure, too.
SELECT
    avgOrNullIf(quality_score, arm = ${candidate:singlequote})
        / nullIf(avgOrNullIf(quality_score, arm = ${baseline:singlequote}), 0) AS ratio
FROM arms
WHERE is_sample

-- Is it faster? The candidate's median duration as a share of the baseline's: below 100 % it is.
SELECT
    quantileOrNullIf(0.5)(duration, arm = ${candidate:singlequote})
        / nullIf(quantileOrNullIf(0.5)(duration, arm = ${baseline:singlequote}), 0) AS ratio
FROM arms

-- Is it cheaper? The cost of one of the candidate's extractions as a share of the baseline's, where their prices are known:
-- all calls of each, those of judges, too.
SELECT
    toFloat64(sumIf(spent, arm = ${candidate:singlequote}))
        / nullIf(uniqExactIf(extraction_id, arm = ${candidate:singlequote}), 0)
        / nullIf(
            toFloat64(sumIf(spent, arm = ${baseline:singlequote}))
                / nullIf(uniqExactIf(extraction_id, arm = ${baseline:singlequote}), 0), 0
        ) AS ratio
FROM (SELECT extraction_id, sum(cost) AS spent FROM v_call_costs WHERE cost IS NOT NULL GROUP BY extraction_id) AS c
INNER JOIN (SELECT extraction_id, arm FROM arms) AS e ON e.extraction_id = c.extraction_id

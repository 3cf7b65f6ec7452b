-- Is there enough to compare with? Scored samples of the baseline in this time. Below 200 the figures beside it are a rough
-- guess.
SELECT countIf(arm = ${baseline:singlequote} AND is_sample AND quality_score IS NOT NULL) AS samples FROM arms

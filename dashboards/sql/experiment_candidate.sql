-- Is there enough of the other? Scored samples of the candidate in this time. Below 200 the figures beside it are a rough
-- guess.
SELECT countIf(arm = ${candidate:singlequote} AND is_sample AND quality_score IS NOT NULL) AS samples FROM arms

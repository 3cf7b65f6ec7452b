-- Does the score know what readers like? Likes as a share of all votes, for each whole quality score. Rising bars mean yes;
-- where they do not rise, mend the rubric before trusting the score.
SELECT toString(toInt32(floor(least(10., greatest(0., assumeNotNull(quality_score)))))) AS score,
    sum(likes) / nullIf(sum(likes) + sum(dismissals), 0) AS liked
FROM (SELECT * FROM examples FINAL WHERE is_sample AND $__timeFilter(ts) /*{topic}*/ ORDER BY ts DESC LIMIT 1 BY duplicate_key)
WHERE isFinite(quality_score) AND likes + dismissals > 0
GROUP BY score
ORDER BY toInt32(score)

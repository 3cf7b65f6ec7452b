-- Do readers like what they see? Likes as a share of likes and dismissals, of this time's extractions; of the
-- same insights extracted again the votes count once. Below a half, readers
-- rather remove insights than keep them: look at the topics below.
SELECT sum(likes) / nullIf(sum(likes) + sum(dismissals), 0) AS liked
FROM (SELECT * FROM examples FINAL WHERE is_sample AND $__timeFilter(ts) /*{topic}*/ ORDER BY ts DESC LIMIT 1 BY duplicate_key)

-- Which topics do readers like for certain? Votes on the extractions of each topic; the interval (95 %, Wilson) is narrow
-- where there are many. Topics whose `At most` is below a half deserve other sources or another prompt.
SELECT
    if(topic = '', 'no topic', topic) AS `Topic`,
    liked AS `Likes`,
    dismissed AS `Dismissals`,
    share AS `Share`,
    (share + 1.9208 / votes - margin) / (1 + 3.8416 / votes) AS `At least`,
    (share + 1.9208 / votes + margin) / (1 + 3.8416 / votes) AS `At most`
FROM (
    SELECT
        topic, sum(likes) AS liked, sum(dismissals) AS dismissed, liked + dismissed AS votes, liked / votes AS share,
        1.96 * sqrt(share * (1 - share) / votes + 0.9604 / votes / votes) AS margin
    FROM (
        SELECT * FROM examples FINAL WHERE is_sample AND $__timeFilter(ts) /*{topic}*/ ORDER BY ts DESC LIMIT 1 BY duplicate_key
    )
    GROUP BY topic
    HAVING votes > 0
)
ORDER BY `At least` DESC, `Topic`
LIMIT 50

-- Which topics do readers like for certain? Votes on the extractions of each topic; the interval (95 %, Wilson) is narrow
-- where there are many. Topics whose `at_most` is below a half deserve other sources or another prompt.
SELECT
    if(topic = '', 'no topic', topic) AS topic_name,
    sum(likes) AS liked,
    sum(dismissals) AS dismissed,
    liked / (liked + dismissed) AS share,
    (share + 1.9208 / votes - 1.96 * sqrt(share * (1 - share) / votes + 0.9604 / votes / votes)) / (1 + 3.8416 / votes)
        AS at_least,
    (share + 1.9208 / votes + 1.96 * sqrt(share * (1 - share) / votes + 0.9604 / votes / votes)) / (1 + 3.8416 / votes)
        AS at_most,
    sum(likes) + sum(dismissals) AS votes
FROM examples
WHERE is_sample AND $__timeFilter(ts) /*{topic}*/
GROUP BY topic
HAVING votes > 0
ORDER BY at_least DESC, topic_name
LIMIT 50

-- Each topic: how its extractions ended, how good they were, and what readers made of them.
SELECT
    topic,
    count() AS extractions,
    countIf(outcome != 'ok') AS failed,
    countIf(passed_filters) AS passed,
    countIf(passed_filters IS NOT NULL) AS judged,
    round(avgOrNull(quality_score), 2) AS quality,
    sum(x.likes) AS likes,
    sum(x.dismissals) AS dismissals,
    sum(x.bookmarks) AS bookmarks,
    sum(x.shares) AS shares,
    sum(x.net) AS net,
    round(avgOrNull(x.viewers), 1) AS mean_viewers
FROM v_extractions AS e
LEFT JOIN v_examples AS x ON x.extraction_id = e.extraction_id
GROUP BY topic
ORDER BY extractions DESC, topic

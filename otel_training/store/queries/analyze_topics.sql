-- Each topic: how its extractions ended, how good they were, and what readers made of them.
SELECT
    topic,
    count() AS extractions,
    countIf(outcome != 'ok') AS failed,
    countIf(passed_filters) AS passed,
    countIf(passed_filters IS NOT NULL) AS judged,
    round(avgOrNull(quality_score), 2) AS quality,
    sum(e.likes) AS likes,
    sum(e.dismissals) AS dismissals,
    sum(e.bookmarks) AS bookmarks,
    sum(e.shares) AS shares,
    sum(e.net) AS net,
    round(avgOrNull(viewers), 1) AS mean_viewers
FROM (SELECT * FROM examples FINAL) AS e
GROUP BY topic
ORDER BY extractions DESC, topic

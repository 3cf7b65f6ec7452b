-- This share of the last day's records fell by a fifth or more below that of the week before, mostly by a release that no
-- longer tells it: `otel-training doctor` says how to bring it back.
SELECT what, sumIf(has, is_before) / countIf(is_before) - sumIf(has, NOT is_before) / countIf(NOT is_before) AS fall
FROM (
    SELECT ts < now() - INTERVAL 1 DAY AS is_before, pair.1 AS what, pair.2 AS has
    FROM (
        SELECT ts, arrayJoin([('score', quality_score IS NOT NULL), ('prompt', prompt_reason = '')]) AS pair
        FROM examples FINAL
        WHERE is_sample
        UNION ALL
        SELECT ts, ('reader', user_hash != '') AS pair FROM impressions FINAL WHERE position = 0
    )
    WHERE ts >= now() - INTERVAL 8 DAY
)
GROUP BY what
HAVING countIf(is_before) >= 10 AND countIf(NOT is_before) >= 10
ORDER BY what

-- What readers did in all, and what of it names no insight: ids that are known from none, and ids that several share.
SELECT
    (SELECT CAST((groupArray(action), groupArray(n)), 'Map(String, UInt64)')
     FROM (SELECT action, count() AS n FROM feedback FINAL GROUP BY action ORDER BY n DESC, action)) AS actions,
    (SELECT uniqExact(user_hash) FROM readers) AS readers,
    sum(r.impressions) AS impressions,
    count() AS ids,
    countIf(NOT is_known AND NOT is_shared) AS orphan_ids,
    countIf(is_shared) AS shared_ids,
    sumIf(r.actions, NOT is_known) AS lost_actions,
    sumIf(r.shown, NOT is_known) AS lost_shown
FROM (SELECT * FROM reactions FINAL) AS r

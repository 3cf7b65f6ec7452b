-- What impressions and actions lack: a reader, an insight that is known, a word that is known.
-- Parameters: min_viewers, the readers that an insight needs.
-- Result: `..._samples` are the extractions that it keeps back: those that still have too few readers, or no like.
WITH
    ['like', 'x', 'bookmark', 'share', 'unlike', 'unx', 'unbookmark', 'unshare'] AS words,
    a.extractions AS extractions,
    a.id != '' AS is_known,
    a.id = '' AND s.insight_id != '' AS is_shared
SELECT
    sum(r.impressions) AS impressions,
    sum(r.anonymous_impressions) AS anonymous_impressions,
    uniqExactArrayIf(extractions, r.anonymous_shown > 0 AND r.readers < {min_viewers:UInt64}) AS anonymous_samples,
    sum(r.actions) AS actions,
    sum(r.anonymous_actions) AS anonymous_actions,
    uniqExactArrayIf(extractions, r.anonymous_actions > 0 AND r.likes = 0) AS voteless_samples,
    sumIf(r.actions, NOT is_known) AS orphan_actions,
    sumIf(r.shown, NOT is_known) AS orphan_shown,
    sum(r.shown) AS shown,
    count() AS ids,
    countIf(NOT is_known AND NOT is_shared) AS orphan_ids,
    arraySlice(arraySort(groupUniqArrayIf(r.insight_id, NOT is_known AND NOT is_shared)), 1, 5) AS orphans,
    countIf(is_shared) AS shared_ids,
    uniqExactArrayIf(s.extractions, is_shared) AS shared_samples,
    arraySlice(arraySort(groupUniqArrayIf(r.insight_id, is_shared)), 1, 5) AS shared,
    sum(r.odd_actions) AS odd_actions,
    uniqExactArrayIf(extractions, r.odd_actions > 0 AND r.likes = 0) AS odd_samples,
    (SELECT CAST((groupArray(action), groupArray(n)), 'Map(String, UInt64)') FROM (
        SELECT action, count() AS n FROM feedback FINAL WHERE NOT has(words, action)
        GROUP BY action ORDER BY n DESC, action LIMIT 5
    )) AS odd_words,
    uniqExactArray(extractions) AS reached_samples,
    uniqExactArrayIf(extractions, r.readers >= {min_viewers:UInt64}) AS seen_samples
FROM (
    SELECT
        insight_id,
        countIf(NOT is_action AND position = 0) AS impressions,
        countIf(NOT is_action AND position = 0 AND user_hash = '') AS anonymous_impressions,
        countIf(NOT is_action) AS shown,
        countIf(NOT is_action AND user_hash = '') AS anonymous_shown,
        countIf(is_action) AS actions,
        countIf(is_action AND user_hash = '') AS anonymous_actions,
        countIf(is_action AND NOT has(words, action)) AS odd_actions,
        countIf(action = 'like' AND user_hash != '') AS likes,
        uniqExactIf(user_hash, user_hash != '') AS readers
    FROM (
        SELECT insight_id, position, user_hash, '' AS action, false AS is_action FROM impressions FINAL
        UNION ALL
        SELECT insight_id, 0 AS position, user_hash, toString(action) AS action, true AS is_action FROM feedback FINAL
    )
    GROUP BY insight_id
) AS r
LEFT JOIN (
    SELECT n.id AS id, groupUniqArrayArray(o.extractions) AS extractions
    FROM (SELECT id, arrayJoin(arrayDistinct(arrayFlatten(arrayMap(name -> name.2, names)))) AS insight FROM v_aliases) AS n
    INNER JOIN (
        SELECT derived_id, groupUniqArray(extraction_id) AS extractions FROM insights GROUP BY derived_id
    ) AS o ON o.derived_id = n.insight
    GROUP BY n.id
) AS a ON a.id = r.insight_id
LEFT JOIN (
    SELECT insight_id, groupUniqArray(extraction_id) AS extractions
    FROM insights
    WHERE insight_id != derived_id
    GROUP BY insight_id
    HAVING uniqExact(text_sha256) > 1
) AS s ON s.insight_id = r.insight_id

-- What impressions and actions lack: a reader, an insight that is known, a word that is known.
-- Parameters: min_viewers, the readers that an insight needs.
-- Result: `..._samples` are the extractions that it keeps back: those that still have too few readers, or no like.
WITH
    kept_back AS (
        SELECT
            countIf(anonymous_shown > 0 AND viewers < {min_viewers:UInt64}) AS anonymous_samples,
            countIf(anonymous_actions > 0 AND likes = 0) AS voteless_samples,
            countIf(odd_actions > 0 AND likes = 0) AS odd_samples,
            countIf(reactions > 0) AS reached_samples,
            countIf(viewers >= {min_viewers:UInt64}) AS seen_samples
        FROM examples FINAL
    ),
    odd AS (
        SELECT action, uniqExact(event_id) AS n
        FROM feedback
        WHERE action NOT IN ('like', 'x', 'bookmark', 'share', 'unlike', 'unx', 'unbookmark', 'unshare')
        GROUP BY action
        ORDER BY n DESC, action
        LIMIT 5
    ),
    shared AS (
        -- Asked twice: FINAL reads all ids, but where it is told which.
        SELECT id FROM reactions FINAL WHERE is_shared AND id GLOBAL IN (SELECT id FROM reactions WHERE is_shared)
    ),
    came AS (
        SELECT
            sum(r.impressions) AS impressions,
            sum(r.anonymous_impressions) AS anonymous_impressions,
            sum(r.actions) AS actions,
            sum(r.anonymous_actions) AS anonymous_actions,
            sum(r.odd_actions) AS odd_actions,
            count() AS ids,
            countIf(NOT is_known AND NOT is_shared) AS orphan_ids,
            arraySlice(arraySort(groupArrayIf(id, NOT is_known AND NOT is_shared)), 1, 5) AS orphans,
            countIf(is_shared) AS shared_ids,
            arraySlice(arraySort(groupArrayIf(id, is_shared)), 1, 5) AS shared
        FROM (SELECT * FROM reactions FINAL) AS r
    )
SELECT
    came.*,
    kept_back.*,
    (
        SELECT uniqExact(extraction_id)
        FROM (
            SELECT extraction_id FROM insights WHERE insight_id GLOBAL IN (SELECT id FROM shared)
            UNION ALL
            SELECT extraction_id FROM links WHERE extraction_id != '' AND link_id GLOBAL IN (SELECT id FROM shared)
            UNION ALL
            SELECT extraction_id FROM insights
            WHERE (SELECT count() FROM shared) > 0 AND text_sha256 GLOBAL IN (
                SELECT text_sha256 FROM links WHERE text_sha256 != '' AND link_id GLOBAL IN (SELECT id FROM shared)
            )
        )
    ) AS shared_samples,
    (SELECT CAST((groupArray(action), groupArray(n)), 'Map(String, UInt64)') FROM odd) AS odd_words
FROM came, kept_back

-- Feedback and impressions whose insight is not known, with up to five of the ids.
SELECT
    (SELECT count() FROM v_feedback) AS feedback,
    (SELECT countIf(extraction_id = '') FROM v_feedback) AS feedback_orphans,
    (SELECT uniqExact(event_id) FROM v_impressions) AS impressions,
    (SELECT uniqExactIf(event_id, extraction_id = '') FROM v_impressions) AS impression_orphans,
    (SELECT arraySlice(arraySort(groupUniqArray(insight_id)), 1, 5) FROM (
        SELECT insight_id FROM v_feedback WHERE extraction_id = ''
        UNION ALL SELECT insight_id FROM v_impressions WHERE extraction_id = ''
    )) AS examples,
    (SELECT countIf(user_hash = '') FROM feedback FINAL) AS without_reader

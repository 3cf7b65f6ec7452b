-- How many extractions are left after each filter of the export, in its order, and how many a filter
-- drops that has no data of them: no prompt, no score, no reader.
-- Parameters: min_quality, net_above, min_viewers.
WITH
    -- A text that was not recorded, by content=none, has a digest.
    outcome = 'ok' AND has_text AS is_answered,
    is_answered AND (has_content OR call_event_id != '') AS is_prompted,
    is_prompted AND coalesce(quality_score >= {min_quality:Float64}, false) AS is_good,
    is_good AND net > {net_above:Float64} AS is_liked,
    is_liked AND viewers >= {min_viewers:UInt64} AS is_seen
SELECT
    count() AS captured,
    countIf(is_answered) AS answered,
    countIf(is_prompted) AS prompted,
    countIf(is_good) AS good,
    countIf(is_liked) AS liked,
    countIf(is_seen) AS seen,
    uniqExactIf(duplicate_key, is_seen) AS distinct,
    countIf(is_answered AND NOT is_prompted) AS unprompted,
    countIf(is_prompted AND quality_score IS NULL) AS unscored,
    countIf(is_good AND NOT is_liked AND viewers = 0) AS unreached,
    countIf(is_liked AND NOT is_seen AND viewers = 0) AS unseen
FROM (SELECT * FROM examples FINAL)

-- Whether an extraction passes the filters of the export, as the dashboard's text boxes say them.
-- Decisions are asked for by the same words twice: so they are planned and read once.
has_text AND outcome = 'ok' AND (has_content OR call_event_id != '')
    AND (duplicate_key, 0) GLOBAL NOT IN (SELECT duplicate_key, decision FROM v_decisions)
    AND (
        is_corrected
        OR (duplicate_key, 1) GLOBAL IN (SELECT duplicate_key, decision FROM v_decisions)
        OR (
            quality_score >= coalesce(toFloat64OrNull(${min_quality:singlequote}), 7)
            AND net > 0 AND viewers >= coalesce(toUInt64OrNull(${min_viewers:singlequote}), 10)
        )
    )

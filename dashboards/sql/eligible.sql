-- Whether an extraction passes the filters of the export, as the dashboard's text boxes say them.
has_text AND outcome = 'ok' AND (has_content OR call_event_id != '')
    AND duplicate_key GLOBAL NOT IN (SELECT duplicate_key FROM v_decisions WHERE decision = 0)
    AND (
        is_corrected
        OR duplicate_key GLOBAL IN (SELECT duplicate_key FROM v_decisions WHERE decision = 1)
        OR (
            quality_score >= coalesce(toFloat64OrNull(${min_quality:singlequote}), 7)
            AND net > 0 AND viewers >= coalesce(toUInt64OrNull(${min_viewers:singlequote}), 10)
        )
    )

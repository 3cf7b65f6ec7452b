-- Whether an extraction passes the filters of the export, as the dashboard's text boxes say them.
has_text AND outcome = 'ok' AND (has_content OR call_event_id != '')
    AND quality_score >= coalesce(toFloat64OrNull(${min_quality:singlequote}), 7)
    AND net > 0 AND viewers >= coalesce(toUInt64OrNull(${min_viewers:singlequote}), 10)

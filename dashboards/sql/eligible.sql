-- Whether an extraction passes the filters of the export, as the dashboard's text boxes say them.
is_sample AND (has_content OR prompt_reason = '')
    AND quality_score >= coalesce(toFloat64OrNull(${min_quality:singlequote}), 7)
    AND net > 0 AND viewers >= coalesce(toUInt64OrNull(${min_viewers:singlequote}), 10)

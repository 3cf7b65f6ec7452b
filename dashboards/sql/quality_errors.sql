-- What breaks? Attempts that failed, by the type of the error, of the extraction itself or of a call of a model.
SELECT error_type, count() AS failures
FROM (
    SELECT error_type, ts FROM extractions FINAL WHERE error_type != '' AND $__timeFilter(ts) /*{topic}*/
    UNION ALL
    SELECT error_type, ts FROM llm_calls FINAL WHERE error_type != '' AND $__timeFilter(ts) /*{model, prompt_version}*/
)
GROUP BY error_type
ORDER BY failures DESC, error_type
LIMIT 10

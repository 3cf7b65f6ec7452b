-- When a version of the prompt was first seen.
SELECT first_seen AS time, concat('Prompt ', prompt_version, ' first seen') AS text, 'prompt' AS tags
FROM (SELECT prompt_version, min(ts) AS first_seen FROM llm_calls WHERE prompt_version != '' GROUP BY prompt_version)
WHERE $__timeFilter(first_seen)
ORDER BY time

-- Which extraction a response of a model belongs to, and which stands at a trace and span: by these a call that others tell
-- of is known.
SELECT concat('response ', response_id) AS key, any(extraction_id) AS met
FROM llm_calls
WHERE response_id != '' AND extraction_id != ''
GROUP BY response_id
UNION ALL
SELECT concat('span ', trace_id, span_id), any(extraction_id)
FROM extractions
GROUP BY trace_id, span_id

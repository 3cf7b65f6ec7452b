-- What does a call use? Mean tokens of a call, those of the prompt and those of the answer. A step is a new prompt, longer
-- sources, or a model that thinks.
SELECT $__timeInterval(ts) AS time, avgOrNull(input_tokens) AS `prompt`, avgOrNull(output_tokens) AS `answer`
FROM llm_calls FINAL
WHERE input_tokens IS NOT NULL AND $__timeFilter(ts) /*{model, prompt_version}*/
GROUP BY time
ORDER BY time

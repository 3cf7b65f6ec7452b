-- Is the training set of one kind? Eligible examples by prompt version and model. A model learns what most rows do: where two
-- versions of the prompt are mixed, choose one in the export.
SELECT
    concat(if(model = '', 'no call', model), ', ', if(prompt_version = '', 'no prompt', prompt_version)) AS kind,
    uniqExact(duplicate_key) AS eligible
FROM examples FINAL
WHERE true /*{eligible, topic}*/
GROUP BY model, prompt_version
ORDER BY eligible DESC, kind
LIMIT 10

-- What may take the baseline's place; the newest comes first.
SELECT arm
FROM (SELECT if(${compare:singlequote} = 'model', model, prompt_version) AS arm, ts FROM examples FINAL)
WHERE arm != ''
GROUP BY arm
ORDER BY min(ts) DESC, arm DESC

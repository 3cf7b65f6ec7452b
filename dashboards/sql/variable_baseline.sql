-- What the candidate is compared with; the oldest comes first.
SELECT arm
FROM (SELECT if(${compare:singlequote} = 'model', model, prompt_version) AS arm, ts FROM examples FINAL)
WHERE arm != ''
GROUP BY arm
ORDER BY min(ts), arm

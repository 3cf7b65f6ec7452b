-- The extractions of the two that are compared, each with the name of its arm.
SELECT *, if(${compare:singlequote} = 'model', model, prompt_version) AS arm
FROM examples FINAL
WHERE arm IN (${baseline:singlequote}, ${candidate:singlequote}) AND $__timeFilter(ts) /*{topic}*/

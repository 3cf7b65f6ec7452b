-- Why did Claude answer in the place of a candidate? Errors, timeouts and an open breaker are the candidate's machine, `schema`
-- and `empty` its answers, `complexity` the rules: `otel-training view assignment` shows which sources.
SELECT $__timeInterval(ts) AS time, CAST(reason, 'String') AS why, count() AS calls
FROM assigned
WHERE arm != 'claude' AND served = 'claude' AND reason != ''
GROUP BY time, why
ORDER BY time, why

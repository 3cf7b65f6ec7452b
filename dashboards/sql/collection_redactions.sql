-- Does redaction find anything? Secrets and personal data that were taken out, for 1,000 extractions. A fall to none after a
-- change of sources or settings deserves a look.
SELECT $__timeInterval(ts) AS time, 1000 * sum(redactions) / count() AS redactions
FROM extractions FINAL
WHERE $__timeFilter(ts) /*{service, topic}*/
GROUP BY time
ORDER BY time

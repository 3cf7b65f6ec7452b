-- Distribution of quality: extractions for each whole score; NULL is those without one.
SELECT if(quality_score IS NULL, NULL, toInt32(floor(least(10., greatest(0., quality_score))))) AS score, count() AS extractions
FROM examples FINAL
WHERE outcome = 'ok'
GROUP BY score
ORDER BY score NULLS LAST

-- How are the scores spread? Samples for each whole score. Two humps are two kinds of source; a heap at 7 is a judge that
-- cannot tell them apart.
SELECT toString(score) AS score, samples
FROM (
    SELECT toInt32(floor(least(10., greatest(0., assumeNotNull(quality_score))))) AS score, count() AS samples
    FROM examples FINAL
    WHERE is_sample AND isFinite(quality_score) AND $__timeFilter(ts) /*{topic, model, prompt_version}*/
    GROUP BY score
    ORDER BY score WITH FILL
)

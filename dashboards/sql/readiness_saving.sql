-- Which share would a candidate save? What it costs beside today's model and how often that must still answer are yours to
-- write above: `otel-training savings` works the cost out from your calls. A fallback pays for both; 97 % needs one below 3 %.
SELECT 1 - (
    coalesce(toFloat64OrNull(${candidate_cost:singlequote}), 3) + coalesce(toFloat64OrNull(${fallback:singlequote}), 3)
) / 100 AS saving

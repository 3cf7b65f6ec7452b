-- When which extractions returned the insights that ids name.
-- Parameters: none, but the rows of `named` before it: id, names.
SELECT derived_id, arraySort(groupUniqArray((ts, extraction_id, insight_index))) AS occurrences
FROM insights
WHERE derived_id GLOBAL IN (SELECT arrayJoin(arrayFlatten(names.insights)) FROM named) AND extraction_id GLOBAL NOT IN (
    -- What an old log tells of extractions that were captured live.
    SELECT extraction_id FROM examples WHERE imported_line > 0 GROUP BY extraction_id HAVING argMax(is_repeated, revision)
)
GROUP BY derived_id

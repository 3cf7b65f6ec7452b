-- Readers' actions, each with the insights that its id named then: what was told last before it, the first if nothing was,
-- none where nothing tells (an orphan). Beside them the extraction that the reader most likely saw: the latest before.
CREATE OR REPLACE VIEW v_feedback /*{on_cluster}*/ AS
SELECT
    f.event_id AS event_id, f.ts AS ts, f.service AS service, f.insight_id AS insight_id,
    f.action AS action, f.user_hash AS user_hash, f.user_key_id AS user_key_id,
    f.imported_line AS imported_line,
    f.insights AS insights,
    o.occurrences[greatest(1, arrayLastIndex(p -> p.1 <= f.ts, o.occurrences))] AS seen,
    seen.2 AS extraction_id,
    seen.3 AS insight_index
FROM (
    SELECT r.*, a.names[greatest(1, arrayLastIndex(n -> n.1 <= r.ts, a.names))].2 AS insights
    FROM (SELECT * FROM feedback FINAL) AS r
    LEFT JOIN v_aliases AS a ON a.id = r.insight_id
) AS f
LEFT JOIN (
    SELECT derived_id, arraySort(groupArray((ts, extraction_id, insight_index))) AS occurrences
    FROM insights FINAL
    WHERE extraction_id GLOBAL NOT IN (
        -- What an old log tells of extractions that were captured live.
        SELECT extraction_id FROM examples WHERE imported_line > 0 GROUP BY extraction_id HAVING argMax(is_repeated, revision)
    )
    GROUP BY derived_id
) AS o ON notEmpty(f.insights) AND o.derived_id = f.insights[1]

-- Extractions with what was said of them later: the last quality_score and passed_filters win. Those that an old log tells of
-- again are left out.
CREATE OR REPLACE VIEW v_extractions /*{on_cluster}*/ AS
SELECT
    e.* EXCEPT (quality_score, passed_filters),
    coalesce(s.quality_score, e.quality_score) AS quality_score,
    coalesce(s.passed_filters, e.passed_filters) AS passed_filters
FROM (
    SELECT *
    FROM extractions FINAL
    WHERE extraction_id GLOBAL NOT IN (
        SELECT extraction_id FROM examples WHERE imported_line > 0 GROUP BY extraction_id HAVING argMax(is_repeated, revision)
    )
) AS e
LEFT JOIN (
    SELECT
        target_id,
        argMaxOrNullIf(value, (ts, event_id), name = 'quality_score') AS quality_score,
        CAST(argMaxOrNullIf(value, (ts, event_id), name = 'passed_filters') != 0, 'Nullable(Bool)') AS passed_filters
    FROM scores FINAL
    GROUP BY target_id
) AS s ON s.target_id = e.extraction_id

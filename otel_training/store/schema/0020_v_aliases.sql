-- For every id by which an insight may be named: where it occurs, earliest first.
-- Occurrences that the filters held back were never on show: they count only where no other is.
CREATE VIEW IF NOT EXISTS v_aliases /*{on_cluster}*/ AS
WITH
    occurrences AS (
        SELECT
            i.insight_id AS insight_id, i.derived_id AS derived_id, i.text_sha256 AS text_sha256,
            i.source_url AS source_url, i.extraction_id AS extraction_id,
            i.insight_index AS insight_index, i.ts AS ts,
            coalesce(s.passed, i.passed_filters, true) AS on_show
        FROM (SELECT * FROM insights FINAL) AS i
        LEFT JOIN (
            SELECT target_id, CAST(argMax(value, (ts, event_id)) != 0, 'Nullable(Bool)') AS passed
            FROM scores FINAL
            WHERE name = 'passed_filters'
            GROUP BY target_id
        ) AS s ON s.target_id = i.extraction_id
    ),
    named AS (
        SELECT insight_id AS id, ts, extraction_id, insight_index, on_show FROM occurrences
        UNION ALL
        SELECT derived_id AS id, ts, extraction_id, insight_index, on_show FROM occurrences
        UNION ALL
        SELECT l.link_id AS id, o.ts, o.extraction_id, o.insight_index, o.on_show
        FROM (SELECT * FROM links FINAL WHERE extraction_id = '') AS l
        INNER JOIN occurrences AS o ON o.text_sha256 = l.text_sha256
        WHERE l.source_url = '' OR l.source_url = o.source_url
        UNION ALL
        SELECT l.link_id AS id, o.ts, o.extraction_id, o.insight_index, o.on_show
        FROM (SELECT * FROM links FINAL WHERE extraction_id != '') AS l
        INNER JOIN occurrences AS o
            ON o.extraction_id = l.extraction_id AND o.insight_index = assumeNotNull(l.insight_index)
    )
SELECT
    id,
    arraySort(groupUniqArrayIf((ts, extraction_id, insight_index), on_show)) AS shown,
    arraySort(groupUniqArray((ts, extraction_id, insight_index))) AS every,
    if(notEmpty(shown), shown, every) AS occurrences
FROM named
GROUP BY id

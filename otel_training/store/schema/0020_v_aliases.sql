-- For every id by which an insight may be named: where it occurs, earliest first.
-- What the app told itself comes first: an id in the returned item, or a link to its place (rank 0),
-- then the derived id (1), then a link by text whose source is the same (2), then by text alone (3):
-- a feed's `url` may be the card's own page. Only the best rank of an id counts.
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
        SELECT insight_id AS id, ts, extraction_id, insight_index, on_show,
            if(insight_id = derived_id, 1, 0) AS rank
        FROM occurrences
        UNION ALL
        SELECT derived_id AS id, ts, extraction_id, insight_index, on_show, 1 AS rank FROM occurrences
        UNION ALL
        SELECT l.link_id AS id, o.ts, o.extraction_id, o.insight_index, o.on_show,
            if(l.source_url = o.source_url AND l.source_url != '', 2, 3) AS rank
        FROM (SELECT * FROM links FINAL WHERE extraction_id = '') AS l
        INNER JOIN occurrences AS o ON o.text_sha256 = l.text_sha256
        UNION ALL
        SELECT l.link_id AS id, o.ts, o.extraction_id, o.insight_index, o.on_show, 0 AS rank
        FROM (SELECT * FROM links FINAL WHERE extraction_id != '') AS l
        INNER JOIN occurrences AS o
            ON o.extraction_id = l.extraction_id AND o.insight_index = assumeNotNull(l.insight_index)
    ),
    ranked AS (
        SELECT
            id,
            groupUniqArrayIf((ts, extraction_id, insight_index, on_show), rank = 0) AS told,
            groupUniqArrayIf((ts, extraction_id, insight_index, on_show), rank = 1) AS derived,
            groupUniqArrayIf((ts, extraction_id, insight_index, on_show), rank = 2) AS by_source,
            groupUniqArrayIf((ts, extraction_id, insight_index, on_show), rank = 3) AS by_text,
            multiIf(notEmpty(told), told, notEmpty(derived), derived, notEmpty(by_source), by_source, by_text) AS best
        FROM named
        GROUP BY id
    )
SELECT
    id,
    arrayFilter(o -> o.4, best) AS shown,
    arraySort(arrayMap(o -> (o.1, o.2, o.3), if(notEmpty(shown), shown, best))) AS occurrences
FROM ranked

-- What each id names: insights, each time that it was told, earliest first. An insight is a text of a source, known by its
-- derived id, whichever extractions returned it.
-- Of what is known of an id only the strongest counts: the place in an extraction that the app told (rank 0); the text that
-- a feed showed under it (1), of its source if that is told and known, else of those that returned it under this id, else of
-- all sources that had it; the id inside a returned item (2), if it names one text only: a model's 1, 2, 3 name nothing;
-- the derived id itself (3).
CREATE OR REPLACE VIEW v_aliases /*{on_cluster}*/ AS
WITH
    occurrences AS (SELECT * FROM insights FINAL),
    link_rows AS (SELECT * FROM links FINAL),
    texts AS (
        SELECT text_sha256, source_url, derived_id, groupUniqArray(insight_id) AS ids
        FROM occurrences
        WHERE text_sha256 != ''
        GROUP BY text_sha256, source_url, derived_id
    ),
    named AS (
        SELECT l.link_id AS id, l.ts AS since, l.imported_line AS line, l.event_id AS event_id,
            [o.derived_id] AS insights, 0 AS rank
        FROM link_rows AS l
        INNER JOIN occurrences AS o
            ON o.extraction_id = l.extraction_id AND o.insight_index = assumeNotNull(l.insight_index)
        WHERE l.extraction_id != '' AND l.insight_index IS NOT NULL
        UNION ALL
        SELECT id, since, line, event_id,
            multiIf(notEmpty(of_source), of_source, notEmpty(of_id), of_id, of_text) AS insights, 1 AS rank
        FROM (
            SELECT l.link_id AS id, l.ts AS since, l.imported_line AS line, l.event_id AS event_id,
                groupUniqArrayIf(t.derived_id, l.source_url != '' AND t.source_url = l.source_url) AS of_source,
                groupUniqArrayIf(t.derived_id, has(t.ids, l.link_id)) AS of_id,
                groupUniqArray(t.derived_id) AS of_text
            FROM link_rows AS l
            INNER JOIN texts AS t ON t.text_sha256 = l.text_sha256
            WHERE l.extraction_id = ''
            GROUP BY l.link_id, l.ts, l.imported_line, l.event_id
        )
        UNION ALL
        SELECT insight_id AS id, min(ts) AS since, 0 AS line, '' AS event_id,
            groupUniqArray(derived_id) AS insights, 2 AS rank
        FROM occurrences
        WHERE insight_id != derived_id
        GROUP BY insight_id
        HAVING uniqExact(text_sha256) = 1
        UNION ALL
        SELECT derived_id AS id, min(ts) AS since, 0 AS line, '' AS event_id, [derived_id] AS insights, 3 AS rank
        FROM occurrences
        GROUP BY derived_id
    ),
    strongest AS (
        SELECT
            id,
            groupArray((rank, since, line, event_id, arraySort(insights))) AS all_names,
            arrayMin(n -> n.1, all_names) AS best
        FROM named
        GROUP BY id
    )
SELECT id, arrayMap(n -> (n.2, n.5), arraySort(arrayFilter(n -> n.1 = best, all_names))) AS names
FROM strongest

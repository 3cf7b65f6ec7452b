-- Writes what the touched ids name.
-- Of what is known of an id only the strongest counts: the place in an extraction that the app told (rank 0); the text that
-- a feed showed under it (1), of its source if that is told and known, else of those that returned it under this id, else of
-- all sources that had it; the id inside a returned item (2), if it names one text only: a model's 1, 2, 3 name nothing;
-- the derived id itself (3).
-- Parameters: run.
INSERT INTO aliases (id, names, revision)
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'name'),
    link_rows AS (
        SELECT DISTINCT link_id, ts, imported_line, event_id, text_sha256, source_url, extraction_id, insight_index
        FROM links
        WHERE link_id GLOBAL IN (SELECT key FROM touched)
    ),
    texts AS (
        SELECT text_sha256, source_url, derived_id, groupUniqArray(insight_id) AS ids
        FROM insights
        WHERE text_sha256 != '' AND text_sha256 GLOBAL IN (
            SELECT text_sha256 FROM links WHERE extraction_id = '' AND link_id GLOBAL IN (SELECT key FROM touched)
        )
        GROUP BY text_sha256, source_url, derived_id
    ),
    named AS (
        SELECT l.link_id AS id, l.ts AS since, l.imported_line AS line, l.event_id AS event_id,
            [o.derived_id] AS insights, 0 AS rank
        FROM link_rows AS l
        GLOBAL INNER JOIN (
            SELECT DISTINCT extraction_id, arrayJoin(arrayEnumerate(insights)) AS place, insights.derived_id[place] AS derived_id
            FROM extractions
            WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM link_rows WHERE extraction_id != '')
        ) AS o ON o.extraction_id = l.extraction_id AND o.place = assumeNotNull(l.insight_index) + 1
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
            GLOBAL INNER JOIN texts AS t ON t.text_sha256 = l.text_sha256
            WHERE l.extraction_id = ''
            GROUP BY l.link_id, l.ts, l.imported_line, l.event_id
        )
        UNION ALL
        SELECT insight_id AS id, min(ts) AS since, 0 AS line, '' AS event_id,
            groupUniqArray(derived_id) AS insights, 2 AS rank
        FROM insights
        WHERE insight_id != derived_id AND insight_id GLOBAL IN (SELECT key FROM touched)
        GROUP BY insight_id
        HAVING uniqExact(text_sha256) = 1
        UNION ALL
        SELECT derived_id AS id, min(ts) AS since, 0 AS line, '' AS event_id, [derived_id] AS insights, 3 AS rank
        FROM insights
        WHERE derived_id GLOBAL IN (SELECT key FROM touched)
        GROUP BY derived_id
    )
SELECT
    id,
    -- What is told again is nothing new: an app may link the same ids at each of many extractions.
    arrayFilter(
        (n, place) -> place = 1 OR n.2 != every_name[place - 1].2,
        arrayMap(n -> (n.2, n.5), arraySort(arrayFilter(n -> n.1 = best, all_names))) AS every_name,
        arrayEnumerate(every_name)
    ) AS names,
    {run:UInt64} AS revision
FROM (
    SELECT
        id,
        groupUniqArrayIf((rank, since, line, event_id, arraySort(insights)), rank < 4) AS all_names,
        arrayMin(n -> n.1, all_names) AS best
    FROM (
        SELECT * FROM named
        UNION ALL
        -- What named something, and does no more: an item's id that has come to stand for a second text.
        SELECT DISTINCT id, toDateTime64(0, 9, 'UTC'), 0, '', [], 4 FROM aliases WHERE id GLOBAL IN (SELECT key FROM touched)
    )
    GROUP BY id
)

-- Writes what the touched ids name.
-- Of what is known of an id only the strongest counts: the place in an extraction that the app told (rank 0); the text that
-- a feed showed under it (1), of its source if that is told and known, else of those that returned it under this id, else of
-- all sources that had it; the id inside a returned item (2), if it names one text only: a model's 1, 2, 3 name nothing;
-- the derived id itself (3). Another text that a feed showed under an id with a place counts as a place: the id is used anew.
-- What is in doubt names nothing, as long as it lasts: an id that names several texts at once, as those of one answer that counts
-- from 1 in each source do, or changes its source twice, each time within an hour. An id that is used anew each day does neither.
-- Parameters: run.
INSERT INTO aliases (id, names, revision)
SETTINGS distributed_foreground_insert = 1
WITH
    touched AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step = 'name'),
    link_rows AS (
        SELECT DISTINCT link_id, ts, imported_line, event_id, text_sha256, source_url, extraction_id, insight_index
        FROM links
        PREWHERE link_id GLOBAL IN (SELECT key FROM touched)
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
            [o.derived_id] AS insights, 0 AS rank, if(o.source_url = '', o.least, o.source_url) AS source, o.text AS text
        FROM link_rows AS l
        GLOBAL INNER JOIN (
            SELECT DISTINCT extraction_id, source_url, arrayJoin(arrayEnumerate(insights)) AS place,
                insights.derived_id[place] AS derived_id, insights.text_sha256[place] AS text,
                -- A source without a URL is known by what was found in it, whichever extraction did.
                arrayMin(insights.derived_id) AS least
            FROM extractions
            WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM link_rows WHERE extraction_id != '')
        ) AS o ON o.extraction_id = l.extraction_id AND o.place = assumeNotNull(l.insight_index) + 1
        WHERE l.extraction_id != '' AND l.insight_index IS NOT NULL
        UNION ALL
        SELECT id, since, line, event_id, arraySort(shown.1) AS insights, 1 AS rank,
            arrayStringConcat(arraySort(arrayDistinct(if(has(shown.2, ''), shown.1, shown.2))), ' ') AS source, text
        FROM (
            SELECT l.link_id AS id, l.ts AS since, l.imported_line AS line, l.event_id AS event_id, l.text_sha256 AS text,
                groupUniqArray((t.derived_id, t.source_url)) AS of_text,
                groupUniqArrayIf((t.derived_id, t.source_url), has(t.ids, l.link_id)) AS of_id,
                arrayFilter(t -> l.source_url != '' AND t.2 = l.source_url, of_text) AS of_source,
                multiIf(notEmpty(of_source), of_source, notEmpty(of_id), of_id, of_text) AS shown
            FROM link_rows AS l
            GLOBAL INNER JOIN texts AS t ON t.text_sha256 = l.text_sha256
            WHERE l.extraction_id = ''
            GROUP BY l.link_id, l.ts, l.imported_line, l.event_id, l.text_sha256, l.source_url
        )
        UNION ALL
        SELECT insight_id AS id, min(ts) AS since, 0 AS line, '' AS event_id,
            arraySort(groupUniqArray(derived_id)) AS insights, 2 AS rank, '' AS source, '' AS text
        FROM insights
        WHERE insight_id != derived_id AND insight_id GLOBAL IN (SELECT key FROM touched)
        GROUP BY insight_id
        HAVING uniqExact(text_sha256) = 1
        UNION ALL
        SELECT derived_id AS id, min(ts) AS since, 0 AS line, '' AS event_id, [derived_id] AS insights, 3 AS rank, '' AS source, '' AS text
        FROM insights
        WHERE derived_id GLOBAL IN (SELECT key FROM touched)
        GROUP BY derived_id
    ),
    known AS (
        SELECT id, groupArrayIf((rank, since, last.1, last.2, is_unclear), rank < 4) AS all_names
        FROM (
            SELECT
                id, rank, since,
                argMax((insights, source), (line, event_id)) AS last,
                uniqExactIf(insights, line = 0) > 1 OR uniqExact(source) > 1 AS is_unclear
            FROM (
                -- Where an id has a place, the texts that feeds showed under it count as places: of the last place that had
                -- this text, or whose text is not known, its insights; of any other text those that have it.
                SELECT
                    id,
                    n.2 AS since,
                    n.3 AS line,
                    n.4 AS event_id,
                    if(is_shown AND notEmpty(place.5), place.5, n.5) AS insights,
                    if(is_shown, 0, n.1) AS rank,
                    if(is_shown AND notEmpty(place.5), place.6, n.6) AS source
                FROM (
                    SELECT id, arrayJoin(namings) AS n, n.1 = 1 AND notEmpty(places) AS is_shown,
                        arrayLast(p -> p.7 IN (n.7, ''), places) AS place
                    FROM (
                        SELECT id, arraySort(groupArray((rank, since, line, event_id, insights, source, text))) AS namings,
                            arrayFilter(n -> n.1 = 0, namings) AS places
                        FROM named
                        GROUP BY id
                    )
                )
                UNION ALL
                -- What named something, and does no more: an item's id that has come to stand for a second text.
                SELECT DISTINCT id, toDateTime64(0, 9, 'UTC'), 0, '', [], 4, '' FROM aliases WHERE id GLOBAL IN (SELECT key FROM touched)
            )
            GROUP BY id, rank, since
        )
        GROUP BY id
    ),
    -- A query for each step: what one names itself the engine writes out wherever it is named, and again what that names.
    strong AS (SELECT id, arraySort(arrayFilter(n -> n.1 = arrayMin(all_names.1), all_names)) AS strongest FROM known),
    turned AS (
        SELECT id, strongest,
            arrayMap((n, place) -> place = 1 OR n.4 != strongest[place - 1].4, strongest, arrayEnumerate(strongest)) AS is_change
        FROM strong
    ),
    changed AS (
        SELECT id, strongest, is_change,
            -- When its source changed, behind two times that are near none, and whether it changed again within an hour.
            arrayConcat([toDateTime64(0, 9, 'UTC'), toDateTime64(0, 9, 'UTC')], arrayFilter((t, is) -> is, strongest.2, is_change))
                AS changes
        FROM turned
    ),
    hurried AS (
        SELECT id, strongest, is_change,
            arrayMap(
                (t, place) -> place > 2 AND place < length(changes) AND changes[place + 1] < t + INTERVAL 1 HOUR,
                changes, arrayEnumerate(changes)
            ) AS is_quick
        FROM changed
    ),
    cleared AS (
        SELECT id,
            arrayMap(
                (n, at) -> (n.2, if(
                    n.5 OR (is_quick[at] AND is_quick[at + 1]) OR (is_quick[at + 1] AND is_quick[at + 2])
                    OR (is_quick[at + 2] AND is_quick[at + 3]),
                    [], n.3
                )),
                strongest, arrayCumSum(is_change)
            ) AS every_name
        FROM hurried
    )
SELECT
    id,
    -- What is told again is nothing new: an app may link the same ids at each of many extractions.
    arrayFilter((n, place) -> place = 1 OR n.2 != every_name[place - 1].2, every_name, arrayEnumerate(every_name)) AS names,
    {run:UInt64} AS revision
FROM cleared

-- Which of the chosen extractions have nearly the same source: those that share at least half of their runs of three words.
-- Of each text a sketch is compared, its 24 least hashes; a run that stands in over 64 sources (a page's frame) tells nothing.
-- A script without blanks is cut into threes of characters instead. Of equal texts one is compared.
-- Parameters: those of chosen.sql; with_empty, whether those without insights are compared, too.
-- Result: two extractions, and the share (Jaccard's).
WITH chosen AS (
/*{chosen}*/
),
asked AS (
    SELECT event_id, messages
    FROM v_llm_calls
    WHERE event_id GLOBAL IN (SELECT call_event_id FROM chosen WHERE call_event_id != '' AND NOT has_content)
),
texts AS (
    SELECT
        e.extraction_id AS id, e.source_url AS source, if(e.source_content = '', a.messages, e.source_content) AS whole,
        lowerUTF8(whole) AS text
    FROM (
        SELECT extraction_id, source_url, source_content
        FROM extractions FINAL
        WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM chosen)
            OR ({with_empty:Bool} AND outcome = 'ok' AND insight_count = 0)
    ) AS e
    GLOBAL LEFT JOIN chosen AS x ON x.extraction_id = e.extraction_id
    GLOBAL LEFT JOIN asked AS a ON a.event_id = x.call_event_id AND a.event_id != ''
    WHERE whole != ''
    LIMIT 1 BY cityHash64(whole)
),
documents AS MATERIALIZED (
    -- These alone: what they are made of would be kept, too.
    SELECT id, source, shingles
    FROM (
        SELECT
            id,
            source,
            splitByNonAlpha(text) AS blanks,
            arrayMap(w -> cityHash64(w), if(length(blanks) * 16 < lengthUTF8(text), ngrams(text, 3), blanks)) AS words,
            if(
                length(words) < 3,
                [intHash32(cityHash64(text))],
                arrayDistinct(
                    arrayMap(
                        (a, b, c) -> intHash32(a + 3 * b + 5 * c),
                        arrayPopBack(arrayPopBack(words)),
                        arrayPopBack(arrayPopFront(words)),
                        arrayPopFront(arrayPopFront(words))
                    )
                )
            ) AS shingles
        FROM texts
    )
),
pairs AS MATERIALIZED (
    SELECT pair.1 AS a, pair.2 AS b
    FROM (
        SELECT
            arrayJoin(
                arrayFlatten(
                    arrayMap(
                        place -> arrayMap(other -> (ids[place], other), arraySlice(ids, place + 1, 64)), arrayEnumerate(ids)
                    )
                )
            ) AS pair,
            is_short
        FROM (
            SELECT arraySort(groupArray(id)) AS ids, max(is_short) AS is_short
            FROM (
                SELECT
                    id, source, length(shingles) < 24 AS is_short,
                    arrayJoin(arraySlice(arrayPartialSort(24, shingles), 1, 24)) AS hash
                FROM documents
            )
            GROUP BY hash
            HAVING length(ids) > 1 AND uniqExact(if(source = '', id, source)) <= 64
        )
    )
    GROUP BY pair
    HAVING count() > 1 OR max(is_short)
)
SELECT p.a AS a, p.b AS b, arrayJaccardIndex(x.shingles, y.shingles) AS similarity
FROM pairs AS p
INNER JOIN (SELECT id, shingles FROM documents WHERE id IN (SELECT a FROM pairs UNION DISTINCT SELECT b FROM pairs)) AS x
    ON x.id = p.a
INNER JOIN (SELECT id, shingles FROM documents WHERE id IN (SELECT a FROM pairs UNION DISTINCT SELECT b FROM pairs)) AS y
    ON y.id = p.b
WHERE similarity >= 0.5
ORDER BY a, b
-- Rows of 3 kB: small blocks, or a join takes 1 GB.
SETTINGS enable_materialized_cte = 1, max_block_size = 2048, max_threads = 2

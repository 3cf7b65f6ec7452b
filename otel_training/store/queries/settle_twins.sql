-- Pairs extractions that an old log tells of with those captured live that they are: of the same source and insights, logged
-- while the live one ran, give or take a minute; of several the nearest. A key holds both ids.
-- All with an insight in common are touched already; of those without insights the ones whose pairs may be others now come in
-- here: within 12 minutes. Their pairs are within 24, and within 36 whatever else those might be paired with.
-- Parameters: run.
INSERT INTO settling (run, step, key)
SETTINGS distributed_foreground_insert = 1
WITH
    60000000000 AS a_minute,
    touched AS (SELECT key FROM settling WHERE run = {run:UInt64} AND step IN ('extraction', 'occurrence')),
    empty_near AS (
        SELECT extraction_id, source_url, intDiv(toUnixTimestamp64Nano(ts), a_minute) AS at_minute
        FROM extractions
        WHERE empty(insights) AND (source_url, at_minute) GLOBAL IN (
            SELECT source_url, intDiv(toUnixTimestamp64Nano(ts), a_minute) + arrayJoin(range(-36, 37))
            FROM extractions
            WHERE extraction_id GLOBAL IN (SELECT key FROM touched) AND empty(insights)
        )
    ),
    rows AS (
        SELECT
            extraction_id,
            imported_line > 0 AS is_logged,
            toUnixTimestamp64Nano(ts) AS at,
            at - toInt64(least(coalesce(duration, 0), 600) * 1000000000) AS began,
            -- As the duplicate_key of examples.
            sipHash64(
                if(source_url != '', source_url, hex(SHA256(coalesce(source_content, '')))),
                arraySort(arrayDistinct(insights.text_sha256))
            ) AS same
        FROM extractions
        WHERE extraction_id GLOBAL IN (SELECT key FROM touched UNION DISTINCT SELECT extraction_id FROM empty_near)
        LIMIT 1 BY extraction_id
    )
SELECT DISTINCT {run:UInt64}, step, key
FROM (
    SELECT 'occurrence' AS step, extraction_id AS key
    FROM empty_near
    WHERE (source_url, at_minute) GLOBAL IN (
        SELECT source_url, at_minute + arrayJoin(range(-12, 13)) FROM empty_near WHERE extraction_id GLOBAL IN (SELECT key FROM touched)
    )
    UNION ALL
    SELECT
        'twin' AS step,
        concat(
            o.extraction_id, ' ',
            argMin(l.extraction_id, (greatest(l.began - o.at, o.at - l.at, 0), abs(o.at - l.at), l.extraction_id))
        ) AS key
    FROM (SELECT *, intDiv(at, a_minute) AS minute FROM rows WHERE is_logged) AS o
    GLOBAL INNER JOIN (
        SELECT *, arrayJoin(range(intDiv(began, a_minute) - 1, intDiv(at, a_minute) + 2)) AS minute FROM rows WHERE NOT is_logged
    ) AS l ON l.same = o.same AND l.minute = o.minute
    WHERE o.at BETWEEN l.began - a_minute AND l.at + a_minute
    GROUP BY o.extraction_id
)

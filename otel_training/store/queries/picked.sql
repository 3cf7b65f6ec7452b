-- Which extractions export.sql takes, in its order, and all that it says of them but their texts, which are looked for by pages.
-- Parameters: those of chosen.sql.
-- Result: extraction_id, what chosen.sql says of it, the last correction, and the votes on those insights that have any.
SELECT
    x.extraction_id AS extraction_id,
    x.is_corrected AS corrected,
    k.insights AS correction,
    x.quality_score AS quality_score,
    x.passed_filters AS passed_filters,
    x.likes AS likes,
    x.dismissals AS dismissals,
    x.net AS net,
    x.viewers AS viewers,
    x.prompt_reason AS prompt_reason,
    x.call_event_id AS call_event_id,
    v.votes AS votes
FROM (
/*{chosen}*/
) AS x
GLOBAL LEFT JOIN (
    SELECT extraction_id, argMax(insights, (ts, event_id)) AS insights
    FROM corrections
    GROUP BY extraction_id
) AS k ON k.extraction_id = x.extraction_id
GLOBAL LEFT JOIN (
    SELECT
        extraction_id,
        groupArray(CAST((insight, likes, dismissals), 'Tuple(insight String, likes UInt64, dismissals UInt64)')) AS votes
    FROM (
        SELECT DISTINCT extraction_id, arrayJoin(insights.derived_id) AS insight
        FROM extractions
        WHERE extraction_id GLOBAL IN (
            SELECT extraction_id FROM (
/*{chosen}*/
            )
        )
    ) AS o
    GLOBAL INNER JOIN (
        SELECT w.insight AS insight, w.likes - d.likes AS likes, w.dismissals - d.dismissals AS dismissals
        FROM (SELECT insight, likes, dismissals FROM engagement FINAL WHERE likes + dismissals > 0) AS w
        GLOBAL LEFT JOIN (
/*{doubted}*/
        ) AS d ON d.insight = w.insight
    ) AS g ON g.insight = o.insight
    GROUP BY extraction_id
) AS v ON v.extraction_id = x.extraction_id
ORDER BY x.ts, x.extraction_id
-- Of 900,000 rows 440 MB in place of 620: small blocks by one thread, joined and sorted by parts.
SETTINGS max_threads = 1, max_block_size = 8192, join_algorithm = 'grace_hash', max_bytes_before_external_sort = 50000000,
    max_bytes_before_external_group_by = 50000000

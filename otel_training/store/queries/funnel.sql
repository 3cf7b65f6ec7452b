-- How many extractions are left after each filter of the export, in its order, and how many a filter
-- drops that has no data of them: no prompt, no score, no reader.
-- Parameters: min_quality, net_above, min_viewers.
SELECT
    count() AS captured,
    countIf(is_answered) AS answered,
    countIf(is_answered AND has_prompt) AS prompted,
    countIf(is_answered AND has_prompt AND is_good) AS good,
    countIf(is_answered AND has_prompt AND is_good AND is_liked) AS liked,
    countIf(is_answered AND has_prompt AND is_good AND is_liked AND is_seen) AS seen,
    uniqExactIf((source, answer), is_answered AND has_prompt AND is_good AND is_liked AND is_seen) AS distinct,
    countIf(is_answered AND NOT has_prompt) AS unprompted,
    countIf(is_answered AND has_prompt AND quality_score IS NULL) AS unscored,
    countIf(is_answered AND has_prompt AND is_good AND NOT is_liked AND NOT is_reached) AS unreached,
    countIf(is_answered AND has_prompt AND is_good AND is_liked AND NOT is_seen AND NOT is_reached) AS unseen
FROM (
    SELECT
        e.quality_score AS quality_score,
        -- A text that was not recorded, by content=none, has a digest.
        e.outcome = 'ok' AND arrayExists(i -> i.text_sha256 != '' OR match(i.text, '\\S'), e.insights) AS is_answered,
        coalesce(e.source_content, '') != '' OR p.call_event_id != '' AS has_prompt,
        e.quality_score >= {min_quality:Float64} AS is_good,
        x.net > {net_above:Float64} AS is_liked,
        x.viewers >= {min_viewers:UInt64} AS is_seen,
        x.viewers > 0 AS is_reached,
        if(e.source_url != '', e.source_url, hex(SHA256(coalesce(e.source_content, '')))) AS source,
        arraySort(arrayDistinct(arrayMap(i -> i.text_sha256, e.insights))) AS answer
    FROM v_extractions AS e
    LEFT JOIN v_examples AS x ON x.extraction_id = e.extraction_id
    LEFT JOIN v_prompts AS p ON p.extraction_id = e.extraction_id
)

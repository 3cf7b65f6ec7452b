-- The extractions that pass the filters, of those with the same source and the same insights one: rather one whose texts were
-- recorded, rather one that a person corrected, rather one that passed the app's filters, rather one whose prompt was
-- captured, rather the latest. What a reviewer accepted or a person corrected needs neither score nor readers; what a
-- reviewer rejected is none.
-- Parameters: min_quality, the least quality score, and no_score, whether none is asked for; net_above, what likes -
-- dismissals, summed over the insights, must exceed; min_bound, what the lower bound of the share of likes must reach
-- instead (Wilson's, of 95 %), -1 for none; min_viewers, the least number of readers that any one insight reached; topics,
-- models and prompt_versions, empty for all; since and until, seconds; whole, whether a template needs the whole
-- source; opted_out_sources, URLs and domains that are never taken; and those of doubted.sql.
SELECT
    extraction_id, ts, is_corrected, has_content, quality_score, passed_filters, likes, dismissals, net, viewers,
    prompt_reason, call_event_id, duplicate_key
FROM (
/*{counted}*/
)
WHERE outcome = 'ok'
    AND has_text
    AND (has_content OR call_event_id != '')
    AND (empty({topics:Array(String)}) OR has({topics:Array(String)}, topic))
    AND (empty({models:Array(String)}) OR has({models:Array(String)}, model))
    AND (empty({prompt_versions:Array(String)}) OR has({prompt_versions:Array(String)}, prompt_version))
    AND toUnixTimestamp(ts) >= {since:Int64}
    AND toUnixTimestamp(ts) < {until:Int64}
    AND (
        NOT {whole:Bool}
        OR call_event_id != ''
        OR extraction_id GLOBAL NOT IN (SELECT extraction_id FROM extractions WHERE source_truncated AND {whole:Bool})
    )
    AND NOT arrayExists(
        s -> source_url = s OR startsWith(source_url, concat(s, '/')) OR startsWith(source_url, concat(s, '?'))
            OR domain(source_url) = s OR endsWith(domain(source_url), concat('.', s)),
        {opted_out_sources:Array(String)}
    )
    AND duplicate_key GLOBAL NOT IN (SELECT duplicate_key FROM v_decisions WHERE decision = 0)
    AND (
        is_corrected
        OR duplicate_key GLOBAL IN (SELECT duplicate_key FROM v_decisions WHERE decision = 1)
        OR (
            ({no_score:Bool} OR quality_score >= {min_quality:Float64})
            AND if(
                {min_bound:Float64} < 0,
                trusted_net > {net_above:Float64},
                trusted_likes > 0
                AND (
                    trusted_likes + 1.9208
                    - 1.96 * sqrt(trusted_likes * trusted_dismissals / (trusted_likes + trusted_dismissals) + 0.9604)
                ) / (trusted_likes + trusted_dismissals + 3.8416) >= {min_bound:Float64}
            )
            AND trusted_viewers >= {min_viewers:UInt64}
        )
    )
ORDER BY
    is_bare, is_corrected DESC, multiIf(passed_filters, 2, passed_filters IS NULL, 1, 0) DESC, call_event_id != '' DESC,
    ts DESC, extraction_id DESC
LIMIT 1 BY duplicate_key

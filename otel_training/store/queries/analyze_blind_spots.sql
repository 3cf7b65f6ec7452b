-- Samples whose score readers contradict: good ones that they rather dismissed, and others that they rather liked; the
-- plainest first, with how many there are of each kind. The same insights extracted again count once, as the latest.
-- Parameters: good, the score from which on a sample is; min_viewers, net_above.
SELECT
    if(quality_score >= {good:Float64}, 'overrated', 'underrated') AS kind,
    count() OVER (PARTITION BY kind) AS samples,
    extraction_id, topic, model, quality_score AS score, likes, dismissals, viewers
FROM (SELECT * FROM examples FINAL WHERE is_sample ORDER BY ts DESC LIMIT 1 BY duplicate_key)
WHERE viewers >= {min_viewers:UInt64}
    AND (quality_score >= {good:Float64} AND net < {net_above:Float64} OR quality_score < {good:Float64} AND net > {net_above:Float64})
ORDER BY kind, abs(net) DESC, extraction_id
LIMIT 8 BY kind

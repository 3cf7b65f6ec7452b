-- How many sources came to each arm in the newest experiment of a candidate, and how many were to come, by the shares that were in
-- force when a source came first. Without those that are held out, calls that have no source, and while it was on hold.
-- Parameters: candidate. Result: arm, sources, expected.
WITH first AS (
    SELECT argMin(toString(arm), ts) AS arm, splitByChar(',', argMin(toString(weights), ts)) AS shares
    FROM assignments FINAL
    WHERE experiment GLOBAL IN (
            SELECT experiment FROM assignments WHERE candidate = {candidate:String} GROUP BY experiment ORDER BY max(ts) DESC LIMIT 1
        )
        AND unit != '' AND weights != '' AND reason != 'holdout' AND decision NOT IN ('frozen', 'killed')
    GROUP BY unit
)
SELECT arm, toUInt32(sum(came)) AS sources, sum(due) AS expected
FROM (
    SELECT arm, 1 AS came, 0. AS due FROM first
    UNION ALL
    SELECT share[1] AS arm, 0 AS came, toFloat64OrZero(share[2]) / total AS due
    FROM (
        SELECT
            splitByChar('=', arrayJoin(shares)) AS share,
            arraySum(s -> toFloat64OrZero(splitByChar('=', s)[2]), shares) AS total
        FROM first
    )
    WHERE total > 0
)
GROUP BY arm
ORDER BY arm

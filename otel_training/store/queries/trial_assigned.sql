-- How many sources came to each arm in the newest experiment of a candidate, by the shares that were in force when a source came
-- first. Without those that are held out, calls that have no source, and while it was on hold.
-- Parameters: candidate. Result: weights and came, both as pairs of an arm and its figure.
WITH first AS (
    SELECT argMin(toString(arm), ts) AS arm, argMin(toString(weights), ts) AS shares
    FROM assignments FINAL
    WHERE experiment GLOBAL IN (
            SELECT experiment FROM assignments WHERE candidate = {candidate:String} GROUP BY experiment ORDER BY max(ts) DESC LIMIT 1
        )
        AND unit != '' AND weights != '' AND reason != 'holdout' AND decision NOT IN ('frozen', 'killed')
    GROUP BY unit
)
SELECT
    arrayMap(s -> (splitByChar('=', s)[1], toFloat64OrZero(splitByChar('=', s)[2])), splitByChar(',', shares)) AS weights,
    groupArray((arm, sources)) AS came
FROM (SELECT shares, arm, count() AS sources FROM first GROUP BY shares, arm ORDER BY shares, arm)
GROUP BY shares
ORDER BY shares

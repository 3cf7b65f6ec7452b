-- How do the arms that the router assigned compare, whichever of them answered? A source's share that is far from the expected
-- one is a broken assignment: `experiment compare` would call it INVALID. Cost has what was paid in vain, too.
SELECT
    c.arm AS `Arm`,
    c.sources AS `Sources`,
    c.sources / sum(c.sources) OVER () AS `Share`,
    e.share AS `Expected`,
    c.calls AS `Calls`,
    c.fallback AS `Fallback`,
    c.failed AS `Failed`,
    c.liked AS `Liked`,
    c.cost AS `Cost`,
    c.p50 AS p50,
    c.p95 AS p95
FROM (
    SELECT
        CAST(arm, 'String') AS arm,
        uniqExactIf(unit, reason != 'holdout') AS sources,
        count() AS calls,
        countIf(decision = 'fallback') / count() AS fallback,
        countIf(outcome != 'ok') / count() AS failed,
        sum(likes) / nullIf(sum(likes) + sum(dismissals), 0) AS liked,
        toFloat64(avgOrNull(cost)) AS cost,
        quantileOrNull(0.5)(duration) AS p50,
        quantileOrNull(0.95)(duration) AS p95
    FROM assigned
    WHERE weights != ''
    GROUP BY arm
) AS c
LEFT JOIN (
    SELECT part[1] AS arm, sum(toFloat64OrZero(part[2]) / total) / any(units) AS share
    FROM (
        SELECT
            splitByChar('=', arrayJoin(parts)) AS part,
            arraySum(p -> toFloat64OrZero(splitByChar('=', p)[2]), parts) AS total,
            units
        FROM (
            SELECT splitByChar(',', argMin(toString(weights), ts)) AS parts, count() OVER () AS units
            FROM assigned
            WHERE weights != '' AND reason != 'holdout'
            GROUP BY unit
        )
    )
    GROUP BY arm
) AS e ON e.arm = c.arm
ORDER BY c.arm

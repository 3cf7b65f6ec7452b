-- How many votes are on what was not shown to who voted, and whether the app reports what it shows: on most days nine of ten
-- votes are on what was. Old logs hold no impressions: what was imported is left out.
-- Parameters: those of votes.sql.
SELECT sum(d.unshown) AS unshown, ifNull(quantileExact(0.5)(1 - d.unshown / d.votes), 0) >= 0.9 AS is_reported
FROM (
    SELECT toDate(voted) AS day, count() AS votes, countIf(NOT is_shown) AS unshown
    FROM (
/*{votes}*/
    )
    WHERE vote IN ('like', 'x') AND NOT is_imported
    GROUP BY day
) AS d

-- Of each insight the votes that are not counted, and the readers who are not: those who opted out or pile on one source; votes that at least three
-- readers of one lockstep cast alike; and, where the app reports what it shows, votes on what was not shown to who voted.
-- Parameters: those of votes.sql; lockstep_groups, the group of each reader in lockstep, from 1 on, 0 for those of a pile; piled, these; shown_only.
SELECT insight, countIf(vote = 'like') AS likes, countIf(vote = 'x') AS dismissals, count() AS viewers
FROM (
    SELECT
        insight, reader, vote, is_shown, is_imported,
        {lockstep_groups:Array(UInt64)}[indexOf({lockstep:Array(UInt64)}, reader)] AS grouped,
        count() OVER (PARTITION BY insight, grouped, vote) AS together
    FROM (
/*{votes}*/
    )
)
WHERE has(arrayMap(p -> sipHash64(p), {opted_out:Array(String)}), reader)
    OR has({piled:Array(UInt64)}, reader)
    OR (
        vote IN ('like', 'x')
        AND ((grouped != 0 AND together >= 3) OR ({shown_only:Bool} AND NOT is_shown AND NOT is_imported))
    )
GROUP BY insight

-- The readers in lockstep, and those on whose votes the most insights hang: whether more like than dismiss one would be
-- otherwise without the one vote. What more than a hundred cast alike on an insight is left out.
-- Parameters: lockstep, readers; limit.
SELECT
    p.user_hash AS pseudonym, v.reader AS reader, v.votes AS votes, v.likes AS likes, v.dismissals AS dismissals,
    v.decided AS decided
FROM (
    SELECT
        vote.1 AS reader,
        count() AS votes,
        countIf(vote.2 = 1) AS likes,
        votes - likes AS dismissals,
        countIf(net = vote.2) AS decided
    FROM (
        SELECT
            arrayJoin(arrayConcat(
                arrayMap(r -> (r, 1), if(likes > 100, [], liked_by)),
                arrayMap(r -> (r, 0), if(dismissals > 100, [], dismissed_by))
            )) AS vote,
            likes - dismissals AS net
        FROM engagement FINAL
    )
    GROUP BY reader
    ORDER BY has({lockstep:Array(UInt64)}, reader) DESC, decided DESC, votes DESC, reader
    LIMIT {limit:UInt64}
) AS v
GLOBAL INNER JOIN (SELECT DISTINCT user_hash, sipHash64(user_hash) AS reader FROM readers) AS p ON p.reader = v.reader
ORDER BY has({lockstep:Array(UInt64)}, reader) DESC, decided DESC, votes DESC, pseudonym

-- The readers in lockstep, and those on whose votes the most insights hang: whether more like than dismiss one would be
-- otherwise without the one vote.
-- Parameters: those of votes.sql; limit.
SELECT
    p.user_hash AS pseudonym, v.reader AS reader, v.votes AS votes, v.likes AS likes, v.dismissals AS dismissals,
    v.decided AS decided
FROM (
    SELECT
        c.reader AS reader,
        count() AS votes,
        countIf(c.vote = 'like') AS likes,
        votes - likes AS dismissals,
        countIf(if(c.vote = 'like', g.likes = g.dismissals + 1, g.likes = g.dismissals)) AS decided
    FROM (
/*{votes}*/
    ) AS c
    GLOBAL INNER JOIN (SELECT insight, likes, dismissals FROM engagement FINAL) AS g ON g.insight = c.insight
    WHERE c.vote IN ('like', 'x')
    GROUP BY reader
    ORDER BY has({lockstep:Array(UInt64)}, reader) DESC, decided DESC, votes DESC, reader
    LIMIT {limit:UInt64}
) AS v
GLOBAL INNER JOIN (SELECT DISTINCT user_hash, sipHash64(user_hash) AS reader FROM readers) AS p ON p.reader = v.reader
ORDER BY has({lockstep:Array(UInt64)}, reader) DESC, decided DESC, votes DESC, pseudonym

-- How sure is the verdict by now, and how fast did it become so? The last evaluation of each candidate, by most sources first:
-- it passes when `At least` is above the bar for score and pass rate alike; `experiment compare` says what else stands against it.
SELECT
    candidate AS `Candidate`,
    if(metric = 'score', 'score', 'pass rate') AS `Of the`,
    n AS `Sources`,
    ratio AS `Kept`,
    lower AS `At least`,
    upper AS `At most`,
    bar AS `Bar`,
    concat(if(is_simulated, 'SIMULATED: ', ''), verdict) AS `Verdict`
FROM verdict_bounds FINAL
WHERE (candidate, revision) IN (SELECT candidate, max(revision) FROM verdict_bounds GROUP BY candidate)
ORDER BY `Candidate`, `Sources` DESC, `Of the` DESC
LIMIT 60

-- How many scores are of a task all of whose scores are within 0 to 1, of ten at least: fewer may be bad ones of the scale 0
-- to 10. `low_tasks` are these tasks; one without a name is its program.
SELECT sum(scored) AS low_scored, groupArray(name) AS low_tasks
FROM (
    SELECT if(task = '', service, task) AS name, count() AS scored
    FROM examples FINAL
    WHERE is_sample AND quality_score IS NOT NULL
    GROUP BY service, task
    HAVING scored >= 10 AND max(quality_score) > 0 AND max(quality_score) <= 1 AND min(quality_score) >= 0
    ORDER BY scored DESC, name
)

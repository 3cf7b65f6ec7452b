-- More than one extraction of twenty failed on this day: the dashboard Quality has the types of the errors.
SELECT countIf(outcome != 'ok') / count() AS failed FROM extractions FINAL WHERE ts >= now() - INTERVAL 1 DAY HAVING count() >= 20

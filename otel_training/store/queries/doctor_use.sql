-- Which models were asked in the last week, how many records were lost in the last day, and how many hours ago the last
-- extraction was, those of old logs aside, and those of programs whose clock is ahead: NULL where there is none.
SELECT
    (SELECT arraySort(groupUniqArray(model)) FROM llm_calls WHERE ts > now64(9) - toIntervalWeek(1)) AS models,
    (SELECT sum(count) FROM losses FINAL WHERE ts > now64(9) - toIntervalDay(1)) AS lost,
    if(count() = 0, NULL, dateDiff('hour', max(ts), now64(9))) AS hours
FROM extractions
WHERE imported_line = 0 AND ts <= now64(9)

-- Which models were asked in the last week, and how many hours ago the last extraction was; NULL where there is none.
-- Those of old logs do not count.
SELECT
    (SELECT arraySort(groupUniqArray(model)) FROM llm_calls WHERE ts > now64(9) - toIntervalWeek(1)) AS models,
    if(count() = 0, NULL, dateDiff('hour', max(ts), now64(9))) AS hours
FROM extractions
WHERE imported_line = 0

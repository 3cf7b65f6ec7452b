-- Nothing was extracted for a day: see that the extracting program runs, and that what it captures is drained or shipped.
SELECT toFloat64(dateDiff('second', max(ts), now64(9))) / 3600 AS hours FROM extractions HAVING count() > 0

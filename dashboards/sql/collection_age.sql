-- Is it alive? Time since the newest extraction, whatever time is chosen above. Past the usual pause between two runs, look
-- whether the extracting program still runs and still ships.
SELECT greatest(0, dateDiff('second', maxOrNull(ts), now64(9))) AS age FROM examples FINAL WHERE true /*{service, topic}*/

-- How much raw material came in? Attempts of extractions in this time, whatever became of them.
SELECT count() AS extractions FROM examples FINAL WHERE $__timeFilter(ts) /*{service, topic}*/

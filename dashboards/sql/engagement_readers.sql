-- How many people say what is good? Readers who saw or did anything in this time. An example needs ten of them.
SELECT uniqExact(reader) AS readers FROM reader_events_by_time WHERE reader != 0 AND $__timeFilter(ts) /*{service}*/

-- Is there anything to react to? Insights that were shown, each time counted. Without impressions nobody counts as a reader
-- but those who act: see that the middleware knows the feed's route.
SELECT sum(r.shown) AS shown FROM reader_events_by_time AS r FINAL WHERE $__timeFilter(ts) /*{service}*/

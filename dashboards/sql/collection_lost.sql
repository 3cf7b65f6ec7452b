-- Is anything lost? Records that were counted as lost before they reached the store. Any loss has a reason, below; the
-- cure of each is named by `otel-training doctor`.
SELECT sum(count) AS lost FROM losses FINAL WHERE $__timeFilter(ts) /*{service}*/

-- Is anything arriving? Records of every kind that were stored in this time. None means that no program captures, or that
-- nothing is drained or shipped: `otel-training doctor` says which.
SELECT count() AS records FROM events WHERE $__timeFilter(ts) /*{service}*/

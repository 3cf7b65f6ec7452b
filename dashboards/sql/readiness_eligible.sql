-- Are there enough examples to train on? Distinct extractions of all time that pass the filters above. 500 are enough for a
-- first try, 1,000 for a good one; then run `otel-training export`.
SELECT uniqExactIf(duplicate_key, true /*{eligible}*/) AS eligible FROM examples FINAL WHERE true /*{topic}*/

-- Records were lost on their way to the store: `otel-training doctor` names the reason and its cure.
SELECT toFloat64(sum(count)) AS lost FROM losses FINAL WHERE ts >= now() - INTERVAL 1 HOUR

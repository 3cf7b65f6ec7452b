-- How long does an extraction take? 95 % take no longer. It is what a smaller model would have to beat.
SELECT quantileOrNull(0.95)(duration) AS p95 FROM examples FINAL WHERE $__timeFilter(ts) /*{topic, model, prompt_version}*/

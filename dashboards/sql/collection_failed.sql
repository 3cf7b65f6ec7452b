-- Does extraction work? Share of attempts that failed or were cancelled; look at the errors of the dashboard Quality from 2 %.
SELECT countIf(outcome != 'ok') / nullIf(count(), 0) AS failed
FROM examples FINAL
WHERE $__timeFilter(ts) /*{service, topic}*/

-- What do candidates cost that answer beside Claude, shown to nobody? It is in no other figure; `experiment shadow NAME off` ends it.
SELECT $__timeInterval(ts) AS time, CAST(arm, 'String') AS arm_name, toFloat64(sum(cost)) AS usd
FROM v_shadows
WHERE experiment = ${experiment:singlequote} AND $__timeFilter(ts) AND cost IS NOT NULL
GROUP BY time, arm_name
ORDER BY time, arm_name

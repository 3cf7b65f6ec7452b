-- Will the model know every topic? Eligible examples of each. Topics with fewer than 50 will be answered worse: gather more,
-- or leave them with Claude.
SELECT if(topic = '', 'no topic', topic) AS topic_name, uniqExact(duplicate_key) AS eligible
FROM examples FINAL
WHERE true /*{eligible, topic}*/
GROUP BY topic
ORDER BY eligible DESC, topic_name
LIMIT 20

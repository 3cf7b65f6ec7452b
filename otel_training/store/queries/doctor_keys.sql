-- The keys of the readers' pseudonyms: more than one makes two readers of one.
SELECT user_key_id, uniqExact(user_hash) AS readers, min(r.first) AS first, max(r.last) AS last
FROM readers AS r
GROUP BY user_key_id
ORDER BY first
SETTINGS date_time_output_format = 'iso'

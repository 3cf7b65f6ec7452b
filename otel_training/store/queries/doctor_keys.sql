-- The keys of the readers' pseudonyms: more than one makes two readers of one.
SELECT user_key_id, uniqExact(user_hash) AS readers, min(ts) AS first, max(ts) AS last
FROM (
    SELECT user_key_id, user_hash, ts FROM feedback WHERE user_hash != ''
    UNION ALL
    SELECT user_key_id, user_hash, ts FROM impressions WHERE user_hash != ''
)
GROUP BY user_key_id
ORDER BY first
SETTINGS date_time_output_format = 'iso'

-- Who read before this was noted.
INSERT INTO readers (user_hash, user_key_id, first, last)
SELECT user_hash, user_key_id, min(ts), max(ts)
FROM (
    SELECT user_hash, user_key_id, ts FROM feedback
    UNION ALL
    SELECT user_hash, user_key_id, ts FROM impressions
)
WHERE user_hash != ''
GROUP BY user_hash, user_key_id

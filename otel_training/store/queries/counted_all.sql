-- What counted.sql gives where all votes are counted.
SELECT
    *, likes AS trusted_likes, dismissals AS trusted_dismissals, net AS trusted_net, viewers AS trusted_viewers
FROM examples FINAL

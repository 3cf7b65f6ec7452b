-- What do readers do, and when? `x` dismisses, `un...` takes back, `other` are words that are not known and count for
-- nothing: map them in the middleware.
SELECT
    $__timeInterval(ts) AS time,
    if(
        action IN ('like', 'x', 'bookmark', 'share', 'unlike', 'unx', 'unbookmark', 'unshare'), toString(action), 'other'
    ) AS word,
    count() AS actions
FROM reader_events_by_time FINAL
WHERE is_action AND $__timeFilter(ts) /*{service}*/
GROUP BY time, word
ORDER BY time, word

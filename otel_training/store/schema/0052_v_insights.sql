-- What readers made of each insight that any of them saw or acted on.
CREATE OR REPLACE VIEW v_insights /*{on_cluster}*/ AS
SELECT insight, likes, dismissals, toInt64(likes) - toInt64(dismissals) AS net, bookmarks, shares, viewers
FROM engagement FINAL
WHERE viewers > 0

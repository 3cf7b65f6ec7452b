-- How much do readers say? Likes, dismissals, bookmarks, shares and what undoes them. Fewer than 1 for 100 insights shown
-- say little about any of them.
SELECT count() AS actions FROM reader_events_by_time FINAL WHERE is_action AND $__timeFilter(ts) /*{service}*/

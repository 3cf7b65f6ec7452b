-- How much do readers say? Likes, dismissals, bookmarks, shares and what undoes them. Fewer than 1 for 100 insights shown
-- say little about any of them.
SELECT count() AS actions FROM feedback FINAL WHERE $__timeFilter(ts) /*{service}*/

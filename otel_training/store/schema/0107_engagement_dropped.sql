-- Makes way for 0108: its rows are settled anew (0109).
DROP TABLE IF EXISTS engagement, engagement_local /*{on_cluster}*/ SYNC

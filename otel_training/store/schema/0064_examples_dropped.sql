-- Makes way for 0065: its rows are settled anew (0066).
DROP TABLE IF EXISTS examples, examples_local /*{on_cluster}*/ SYNC

-- Prices of one's own that hold for all who use the store: each version of `prices.toml` that was shared, of which the newest
-- is in force. By its digest costs name it (`call_costs.version`); that of a list without prices is ''.
CREATE TABLE IF NOT EXISTS price_lists /*{on_cluster}*/ (
    ts DateTime64(6, 'UTC') DEFAULT now64(6),
    digest String,
    text String CODEC(ZSTD(3))
) ENGINE = /*{replicated}*/ReplacingMergeTree
ORDER BY ts

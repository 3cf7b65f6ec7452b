-- Which migrations ran.
CREATE TABLE IF NOT EXISTS schema_migrations /*{on_cluster}*/ (name String, sha256 String, applied_at DateTime64(3))
ENGINE = /*{replicated}*/MergeTree ORDER BY name

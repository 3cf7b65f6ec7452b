-- Of which tables a forgetting that was killed may have left old parts: what it set is set still.
-- Parameters: tables.
SELECT name
FROM system.tables
WHERE database = currentDatabase() AND name IN {tables:Array(String)} AND position(engine_full, 'old_parts_lifetime') > 0

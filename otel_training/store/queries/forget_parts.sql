-- Of which tables, from which rows were deleted, parts that nobody reads any more are still on the disk.
-- Parameters: tables.
SELECT DISTINCT table
FROM system.parts
WHERE database = currentDatabase() AND NOT active AND table IN {tables:Array(String)}

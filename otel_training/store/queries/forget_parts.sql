-- How many parts that nobody reads any more are still on the disk, of tables from which rows were deleted.
-- Parameters: tables.
SELECT count() AS parts
FROM system.parts
WHERE database = currentDatabase() AND NOT active AND table IN {tables:Array(String)}

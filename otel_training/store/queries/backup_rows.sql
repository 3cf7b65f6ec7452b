-- How many rows a table has, each counted once.
-- Parameters: table.
SELECT count() AS rows FROM {table:Identifier} FINAL

-- How many rows of a table are to be forgotten.
-- Parameters: table, column, kind.
SELECT count() AS rows
FROM {table:Identifier}
WHERE {column:Identifier} IN (SELECT id FROM forgotten WHERE kind = {kind:String})

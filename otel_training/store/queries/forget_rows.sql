-- How many rows of a table are to be forgotten.
-- Parameters: those of forget_delete.sql.
SELECT count() AS rows
FROM {table:Identifier}
WHERE {column:Identifier} IN (SELECT id FROM forgotten WHERE kind = {kind:String})
    OR {second:Identifier} IN (SELECT id FROM forgotten WHERE kind = {second_kind:String})

-- Writes a table anew without what is to be forgotten.
-- Parameters: table, column, kind.
ALTER TABLE {table:Identifier}
    DELETE WHERE {column:Identifier} IN (SELECT id FROM forgotten WHERE kind = {kind:String})
SETTINGS mutations_sync = 2

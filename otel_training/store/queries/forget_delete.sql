-- Writes a table anew without what is to be forgotten.
-- Parameters: table; column and kind; second and second_kind, another column that may say so.
ALTER TABLE {table:Identifier}
    DELETE WHERE {column:Identifier} IN (SELECT id FROM forgotten WHERE kind = {kind:String})
        OR {second:Identifier} IN (SELECT id FROM forgotten WHERE kind = {second_kind:String})
SETTINGS mutations_sync = 2

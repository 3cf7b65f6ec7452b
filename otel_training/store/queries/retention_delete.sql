-- Deletes the rows of a table that are older than a time.
-- Parameters: table; column, when a row was recorded; before, seconds of Unix time.
ALTER TABLE {table:Identifier} DELETE WHERE {column:Identifier} < toDateTime64({before:UInt32}, 9, 'UTC')
SETTINGS mutations_sync = 2

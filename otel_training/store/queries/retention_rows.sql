-- How many rows of a table are older than a time.
-- Parameters: table; column, when a row was recorded; before, seconds of Unix time.
SELECT count() AS rows FROM {table:Identifier} WHERE {column:Identifier} < toDateTime64({before:UInt32}, 9, 'UTC')

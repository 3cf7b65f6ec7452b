-- A scratch store's table that reads another database's.
-- Parameters: table; database, the other one; pattern, of the table's whole name.
CREATE TABLE {table:Identifier} AS merge({database:String}, {pattern:String})

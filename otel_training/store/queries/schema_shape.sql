-- What the tables and views of the database are made of.
-- Result: object, a table, view or table.column; property, engine, query or type; text.
WITH objects AS (
    SELECT name, endsWith(engine, 'View') AS is_view, engine_full, create_table_query, as_select
    FROM system.tables
    WHERE database = currentDatabase()
)
SELECT
    name AS object,
    if(is_view, 'query', 'engine') AS property,
    if(is_view, replaceAll(
        concat(extract(create_table_query, ' TO \\S+ '), as_select), concat(currentDatabase(), '.'), ''
    ), engine_full) AS text
FROM objects
UNION ALL
SELECT
    concat(table, '.', name) AS object, 'type' AS property, trim(concat(type, ' ', compression_codec)) AS text
FROM system.columns
WHERE database = currentDatabase() AND table NOT IN (SELECT name FROM objects WHERE is_view)
ORDER BY object

-- The frozen datasets, the oldest first; one alone by its name.
-- Parameters: name, '' for all.
SELECT
    name, dataset_id, formatDateTime(ts, '%FT%TZ') AS created_at, version, schema, salt, parameters, funnel, splits, groups
FROM datasets FINAL
WHERE {name:String} IN ('', name)
ORDER BY ts, name

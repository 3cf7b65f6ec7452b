-- How many sources and groups of a frozen dataset stand in two of its splits.
-- Parameters: dataset_id.
SELECT
    uniqExactIf(name.2, name.1 = 'source' AND splits > 1) AS source,
    uniqExactIf(name.2, name.1 = 'group' AND splits > 1) AS group
FROM (
    SELECT arrayJoin([('source', source_url), ('group', component)]) AS name, uniqExact(split) AS splits
    FROM dataset_rows FINAL
    WHERE dataset_id = {dataset_id:String}
    GROUP BY name
    HAVING name.2 != ''
)

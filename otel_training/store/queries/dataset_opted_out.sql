-- How many rows of a frozen dataset are of sources that opted out.
-- Parameters: dataset_id; opted_out_sources.
SELECT count() AS rows
FROM dataset_rows FINAL
WHERE dataset_id = {dataset_id:String}
    AND arrayExists(
        s -> source_url = s OR startsWith(source_url, concat(s, '/')) OR startsWith(source_url, concat(s, '?'))
            OR domain(source_url) = s OR endsWith(domain(source_url), concat('.', s)),
        {opted_out_sources:Array(String)}
    )

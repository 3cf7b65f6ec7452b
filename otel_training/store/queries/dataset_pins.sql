-- Which split each extraction had first, in datasets of the same salt, shares and grouping.
-- Parameters: salt; shares and group_by, as JSON.
SELECT r.extraction_id AS extraction_id, argMin(r.split, d.ts) AS split
FROM (SELECT dataset_id, extraction_id, split FROM dataset_rows FINAL) AS r
GLOBAL INNER JOIN (
    SELECT dataset_id, min(ts) AS ts
    FROM datasets FINAL
    WHERE salt = {salt:String}
        AND JSONExtractRaw(parameters, 'shares') = replaceAll({shares:String}, ' ', '')
        AND JSONExtractRaw(parameters, 'group_by') = {group_by:String}
    GROUP BY dataset_id
) AS d ON d.dataset_id = r.dataset_id
GROUP BY extraction_id

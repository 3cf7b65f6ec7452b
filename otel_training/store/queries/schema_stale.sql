-- Which settled rows differ from those of the scratch database, settled from scratch.
-- Parameters: scratch, its name. Result: object, a table; property, the row's key; live and wanted, its values, '' where there is none.
SELECT object, property, maxIf(text, is_live) AS live, maxIf(text, NOT is_live) AS wanted
FROM (
    SELECT 'aliases' AS object, id AS property, true AS is_live, toString(names) AS text FROM aliases FINAL WHERE notEmpty(names)
    UNION ALL
    SELECT 'aliases', id, false, toString(names) FROM {scratch:Identifier}.aliases FINAL WHERE notEmpty(names)
    UNION ALL
    SELECT 'reactions', id, true, toString(tuple(* EXCEPT (id, revision))) FROM reactions FINAL
    UNION ALL
    SELECT 'reactions', id, false, toString(tuple(* EXCEPT (id, revision))) FROM {scratch:Identifier}.reactions FINAL
    UNION ALL
    SELECT 'engagement', insight, true, toString(tuple(* EXCEPT (insight, revision))) FROM engagement FINAL
    UNION ALL
    SELECT 'engagement', insight, false, toString(tuple(* EXCEPT (insight, revision))) FROM {scratch:Identifier}.engagement FINAL
    UNION ALL
    SELECT 'examples', extraction_id, true, toString(tuple(* EXCEPT (extraction_id, revision))) FROM examples FINAL
    UNION ALL
    SELECT 'examples', extraction_id, false, toString(tuple(* EXCEPT (extraction_id, revision)))
    FROM {scratch:Identifier}.examples FINAL
)
GROUP BY object, property
HAVING live != wanted
ORDER BY object, property

-- How much of what was extracted in the last two weeks has a topic, or a version of the prompt, of which the newest dataset of
-- everything has no row; and which these are, the most frequent first.
WITH
    newest AS (
        SELECT dataset_id, name
        FROM datasets FINAL
        WHERE NOT arrayExists(
            part -> JSONExtractRaw(parameters, 'filters', part) NOT IN ('[]', 'null', ''),
            ['topics', 'models', 'prompt_versions', 'since', 'until']
        )
        ORDER BY ts DESC
        LIMIT 1
    ),
    known AS (
        SELECT arrayJoin([('topic', topic), ('version of the prompt', prompt_version)]) AS pair
        FROM examples FINAL
        WHERE extraction_id GLOBAL IN (
            SELECT extraction_id FROM dataset_rows WHERE dataset_id GLOBAL IN (SELECT dataset_id FROM newest)
        )
    )
SELECT
    (SELECT any(name) FROM newest) AS dataset,
    pair.1 AS what,
    count() AS extractions,
    uniqExact(pair.2) AS kinds,
    countIf(is_new) / count() AS share,
    topKIf(3)(pair.2, is_new) AS names
FROM (
    SELECT
        arrayJoin([('topic', topic), ('version of the prompt', prompt_version)]) AS pair,
        pair GLOBAL NOT IN (SELECT pair FROM known) AS is_new
    FROM examples FINAL
    WHERE ts > now64(9) - toIntervalDay(14) AND ts <= now64(9) AND is_sample AND imported_line = 0
)
GROUP BY what
ORDER BY what DESC

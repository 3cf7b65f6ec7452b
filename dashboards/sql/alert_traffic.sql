-- A quarter or more of what was extracted in the last two weeks has a topic, or a version of the prompt, of which the newest
-- dataset of everything has no row: `otel-training dataset create` freezes what readers made of it, and `doctor` names it.
WITH
    newest AS (
        SELECT dataset_id
        FROM datasets FINAL
        WHERE NOT arrayExists(
            part -> JSONExtractRaw(parameters, 'filters', part) NOT IN ('[]', 'null', ''),
            ['topics', 'models', 'prompt_versions', 'since', 'until']
        )
        ORDER BY ts DESC
        LIMIT 1
    ),
    known AS (
        SELECT arrayJoin([('topic', topic), ('prompt version', prompt_version)]) AS pair
        FROM examples FINAL
        WHERE extraction_id IN (
            SELECT extraction_id FROM dataset_rows WHERE dataset_id IN (SELECT dataset_id FROM newest)
        )
    )
SELECT pair.1 AS what, countIf(pair NOT IN (SELECT pair FROM known)) / count() AS moved
FROM (
    SELECT arrayJoin([('topic', topic), ('prompt version', prompt_version)]) AS pair
    FROM examples FINAL
    WHERE ts >= now() - INTERVAL 14 DAY AND ts <= now() AND is_sample AND imported_line = 0
)
GROUP BY what
-- Where nearly each has one of its own, it is no measure.
HAVING count() >= 30 AND uniqExact(pair.2) * 4 <= count() AND (SELECT count() FROM newest) > 0
ORDER BY what

-- What calls of models cost in USD: all, of each day, model that was called and version of the prices, and of the
-- extractions of each topic, model and prompt version; `kind` is which of these `name` is one of, '' for all.
-- `cost` is that of the `priced` calls, whose cost is known; `unpriced` is how many others were answered. `sources` are
-- extractions with any known cost, `per_source` is what one of them costs, calls outside extractions aside.
SELECT
    multiIf(
        grouping(day) = 0, 'day', grouping(called) = 0, 'called', grouping(topic) = 0, 'topic', grouping(asked) = 0, 'model',
        grouping(prompt) = 0, 'prompt_version', grouping(version) = 0, 'version', ''
    ) AS kind,
    multiIf(
        kind = 'day', toString(day), kind = 'called', called, kind = 'topic', topic, kind = 'model', asked,
        kind = 'prompt_version', prompt, kind = 'version', version, ''
    ) AS name,
    count() AS calls,
    countIf(spent IS NOT NULL) AS priced,
    sum(spent) AS cost,
    countIf(spent IS NULL AND reason != 'no_answer') AS unpriced,
    uniqExactIf(extraction_id, is_inside AND spent IS NOT NULL) AS sources,
    toFloat64(sumIf(spent, is_inside)) / nullIf(sources, 0) AS per_source,
    sumIf(spent, ts >= now() - INTERVAL 7 DAY) AS recent
FROM (
    SELECT
        toDate(c.ts) AS day, c.ts AS ts, toString(c.model) AS called, c.cost AS spent, toString(c.reason) AS reason,
        toString(c.version) AS version,
        e.extraction_id AS extraction_id, extraction_id != '' AS is_inside, toString(e.topic) AS topic,
        toString(e.model) AS asked, toString(e.prompt_version) AS prompt
    FROM (SELECT ts, extraction_id, model, cost, reason, version FROM v_call_costs) AS c
    LEFT JOIN (SELECT extraction_id, topic, model, prompt_version FROM examples FINAL) AS e
        ON e.extraction_id = c.extraction_id
)
GROUP BY GROUPING SETS ((), (day), (called), (topic), (asked), (prompt), (version))
ORDER BY kind, cost DESC NULLS LAST, name
LIMIT 1000 BY kind

-- Writes down what each inbound record touches: the reaction's or link's id, the extraction it is or is of, the batch.
CREATE MATERIALIZED VIEW IF NOT EXISTS unsettled_mv /*{on_cluster}*/ TO unsettled AS
SELECT key, kind, rand64() AS token, now() AS at, 1 AS sign
FROM (
    SELECT DISTINCT arrayJoin(multiIf(
        LogAttributes['training.kind'] = 'impression',
        arrayMap(id -> (id, 'name'), JSONExtract(LogAttributes['training.insight.ids'], 'Array(String)')),
        LogAttributes['training.kind'] = 'feedback', [(LogAttributes['training.insight.id'], 'name')],
        LogAttributes['training.kind'] = 'link', [(LogAttributes['training.link.id'], 'name')],
        LogAttributes['training.kind'] = 'extraction', [(LogAttributes['training.event.id'], 'extraction')],
        LogAttributes['training.kind'] = 'llm_call',
        [(LogAttributes['training.extraction.id'], 'extraction'), (LogAttributes['anthropic.batch.id'], 'batch')],
        LogAttributes['training.kind'] = 'score', [(LogAttributes['training.score.target'], 'extraction')],
        LogAttributes['training.kind'] = 'correction', [(LogAttributes['training.extraction.id'], 'extraction')],
        []
    )) AS touched, touched.1 AS key, touched.2 AS kind
    FROM otel_logs
)
WHERE key != ''

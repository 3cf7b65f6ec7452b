-- What each inbound record touches, as 0044 has it; but a reaction is of its own kind: it changes nothing that an id names.
ALTER TABLE unsettled_mv /*{on_cluster}*/ MODIFY QUERY
SELECT key, kind, rand64() AS token, now() AS at, 1 AS sign
FROM (
    SELECT DISTINCT arrayJoin(multiIf(
        LogAttributes['training.kind'] = 'impression',
        arrayMap(id -> (id, 'reaction'), JSONExtract(LogAttributes['training.insight.ids'], 'Array(String)')),
        LogAttributes['training.kind'] = 'feedback', [(LogAttributes['training.insight.id'], 'reaction')],
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

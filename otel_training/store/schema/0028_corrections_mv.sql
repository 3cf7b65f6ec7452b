-- Types the corrections.
CREATE MATERIALIZED VIEW IF NOT EXISTS corrections_mv /*{on_cluster}*/ TO corrections AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.extraction.id'] AS extraction_id,
    LogAttributes['training.evaluator.kind'] AS evaluator_kind,
    JSONExtract(Body, 'training.output', 'Array(Tuple(text String, category Nullable(String)))') AS insights
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'correction' AND LogAttributes['training.event.id'] != ''

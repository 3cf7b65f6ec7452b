-- Types extraction events; casts are the OrNull kind, so that one odd record never blocks a batch.
CREATE MATERIALIZED VIEW IF NOT EXISTS extractions_mv /*{on_cluster}*/ TO extractions AS
SELECT
    LogAttributes['training.event.id'] AS extraction_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['training.task.name'] AS task,
    LogAttributes['training.task.version'] AS task_version,
    LogAttributes['training.source.topic'] AS topic,
    LogAttributes['url.full'] AS source_url,
    JSONExtract(Body, 'training.input', 'Nullable(String)') AS source_content,
    toUInt64OrNull(LogAttributes['training.source.length']) AS source_length,
    LogAttributes['training.source.truncated'] = 'true' AS source_truncated,
    JSONExtract(
        Body, 'training.output',
        'Array(Tuple(insight_id String, derived_id String, text String, category Nullable(String), text_sha256 String))'
    ) AS insights,
    toUInt32OrNull(LogAttributes['training.output.count']) AS insight_count,
    LogAttributes['training.output.sha256'] AS output_sha256,
    toFloat64OrNull(LogAttributes['training.quality.score']) AS quality_score,
    transform(LogAttributes['training.filter.passed'], ['true', 'false'], [true, false], NULL) AS passed_filters,
    LogAttributes['training.outcome'] AS outcome,
    LogAttributes['error.type'] AS error_type,
    toFloat64OrNull(LogAttributes['training.duration']) AS duration,
    toUInt32OrZero(LogAttributes['training.redaction.count']) AS redactions,
    toUInt64OrZero(LogAttributes['training.imported.line']) AS imported_line,
    TraceId AS trace_id,
    SpanId AS span_id
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'extraction' AND LogAttributes['training.event.id'] != ''

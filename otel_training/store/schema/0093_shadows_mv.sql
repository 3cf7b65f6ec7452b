-- Types the shadows.
CREATE MATERIALIZED VIEW IF NOT EXISTS shadows_mv /*{on_cluster}*/ TO shadows AS
SELECT
    LogAttributes['training.event.id'] AS event_id,
    Timestamp AS ts,
    ServiceName AS service,
    LogAttributes['feature_flag.key'] AS experiment,
    LogAttributes['feature_flag.result.variant'] AS arm,
    LogAttributes['training.route.candidate'] AS candidate,
    LogAttributes['training.route.unit'] AS unit,
    LogAttributes['training.extraction.id'] AS extraction_id,
    JSONExtract(
        Body, 'training.output', 'Array(Tuple(insight_id String, text String, category Nullable(String)))'
    ) AS insights,
    JSONExtract(
        Body, 'training.calls',
        'Array(Tuple(
            provider String,
            model String,
            response_model String,
            response_id String,
            service_tier String,
            error_type String,
            duration Nullable(Float64),
            input_tokens Nullable(UInt64),
            output_tokens Nullable(UInt64),
            cache_read_input_tokens Nullable(UInt64),
            cache_write_input_tokens Nullable(UInt64),
            cache_write_5m_input_tokens Nullable(UInt64),
            cache_write_1h_input_tokens Nullable(UInt64),
            reasoning_output_tokens Nullable(UInt64)
        ))'
    ) AS calls,
    toFloat64OrNull(LogAttributes['training.quality.score']) AS quality_score,
    LogAttributes['training.outcome'] AS outcome,
    LogAttributes['error.type'] AS error_type,
    toFloat64OrNull(LogAttributes['training.duration']) AS duration,
    LogAttributes['training.simulated'] = 'true' AS simulated
FROM otel_logs
WHERE LogAttributes['training.kind'] = 'shadow' AND LogAttributes['training.event.id'] != ''

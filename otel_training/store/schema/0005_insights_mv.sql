-- One row for each insight of an extraction.
CREATE MATERIALIZED VIEW IF NOT EXISTS insights_mv /*{on_cluster}*/ TO insights AS
SELECT
    insight.insight_id AS insight_id,
    insight.derived_id AS derived_id,
    insight.text_sha256 AS text_sha256,
    LogAttributes['url.full'] AS source_url,
    LogAttributes['training.event.id'] AS extraction_id,
    number AS insight_index,
    Timestamp AS ts,
    transform(LogAttributes['training.filter.passed'], ['true', 'false'], [true, false], NULL) AS passed_filters
FROM otel_logs
ARRAY JOIN
    JSONExtract(
        Body, 'training.output',
        'Array(Tuple(insight_id String, derived_id String, text_sha256 String))'
    ) AS insight,
    range(length(JSONExtractArrayRaw(Body, 'training.output'))) AS number
WHERE LogAttributes['training.kind'] = 'extraction' AND LogAttributes['training.event.id'] != ''

-- Reads every typed table and view, with content; nothing inbound.
GRANT /*{on_cluster}*/
    SELECT ON extractions,
    SELECT ON llm_calls,
    SELECT ON queries,
    SELECT ON corrections,
    SELECT ON insights,
    SELECT ON feedback,
    SELECT ON impressions,
    SELECT ON links,
    SELECT ON scores,
    SELECT ON losses,
    SELECT ON route_losses,
    SELECT ON segments,
    SELECT ON schema_migrations,
    SELECT ON v_extractions,
    SELECT ON v_aliases,
    SELECT ON v_feedback,
    SELECT ON v_impressions,
    SELECT ON v_insights,
    SELECT ON v_examples,
    SELECT ON v_events,
    SELECT ON v_llm_calls
TO otel_training_exporter

-- Reads all but content: no source, prompt, answer, insight's text, correction or search; nothing inbound.
-- A column that a later migration adds is not read until it is named here.
GRANT /*{on_cluster}*/
    SELECT(
        extraction_id, ts, service, task, task_version, topic, source_url, source_length, source_truncated,
        insight_count, output_sha256, quality_score, passed_filters, outcome, error_type, duration, redactions,
        imported_line, trace_id, span_id
    ) ON extractions,
    SELECT(
        event_id, ts, service, extraction_id, provider, model, response_model, response_id, finish_reason, error_type,
        duration, time_to_first_chunk, max_tokens, stream, service_tier, input_tokens, output_tokens,
        cache_read_input_tokens, cache_write_input_tokens, cache_write_5m_input_tokens, cache_write_1h_input_tokens,
        reasoning_output_tokens, prompt_version, batch_id, custom_id, output_sha256
    ) ON llm_calls,
    SELECT(
        event_id, ts, service, task, result_count, quality_mean, quality_min, pass_ratio, duration, outcome,
        error_type, user_hash, user_key_id, trace_id, span_id
    ) ON queries,
    SELECT(event_id, ts, service, extraction_id, evaluator_kind) ON corrections,
    SELECT ON call_costs,
    SELECT ON datasets,
    SELECT(
        dataset_id, extraction_id, ts, split, component, topic, source_url, prompt, quality_score, net, viewers
    ) ON dataset_rows,
    SELECT(
        name, candidate_id, ts, version, dataset_id, shots, provider, model, is_simulated
    ) ON candidates,
    SELECT(
        evaluation_id, extraction_id, arm, ts, revision, candidate, candidate_id, dataset_id, split, judge, rubric,
        is_self_reported, is_simulated, source, slices, error, model, input_tokens, output_tokens, cache_read_tokens,
        cache_write_tokens, cost, prices, seconds,
        reported, place, judged, score, score_again, judge_model, judge_cost, passed, label, fields, checks
    ) ON evaluations,
    SELECT ON judge_batches,
    SELECT ON verdict_bounds,
    SELECT ON insights,
    SELECT ON feedback,
    SELECT ON impressions,
    SELECT ON links,
    SELECT ON scores,
    SELECT ON reviews,
    SELECT ON assignments,
    SELECT(
        event_id, ts, service, experiment, arm, candidate, unit, extraction_id, calls, quality_score, outcome, error_type,
        duration, simulated
    ) ON shadows,
    SELECT ON losses,
    SELECT ON route_losses,
    SELECT ON output_texts,
    SELECT ON aliases,
    SELECT ON aliases_by_insight,
    SELECT ON engagement,
    SELECT ON examples,
    SELECT ON reactions,
    SELECT ON readers,
    SELECT ON reader_events,
    SELECT ON reader_events_by_time,
    SELECT ON unsettled,
    SELECT ON settling,
    SELECT ON segments,
    SELECT ON retention,
    SELECT ON price_lists,
    SELECT ON schema_migrations,
    SELECT ON v_extractions,
    SELECT ON v_aliases,
    SELECT ON v_feedback,
    SELECT ON v_impressions,
    SELECT ON v_insights,
    SELECT ON v_examples,
    SELECT ON v_reviews,
    SELECT ON v_decisions,
    SELECT ON v_assignments,
    SELECT ON v_shadows,
    SELECT ON v_events,
    SELECT ON v_call_costs,
    SELECT(
        event_id, ts, service, extraction_id, provider, model, response_model, response_id, finish_reason, error_type,
        duration, time_to_first_chunk, max_tokens, stream, service_tier, input_tokens, output_tokens,
        cache_read_input_tokens, cache_write_input_tokens, cache_write_5m_input_tokens, cache_write_1h_input_tokens,
        reasoning_output_tokens, prompt_version, batch_id, custom_id, output_sha256
    ) ON v_llm_calls
TO otel_training_reader

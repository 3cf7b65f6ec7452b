-- As 0099, but a response that was told of twice counts once: the one with figures.
-- What candidates answered beside, shown to nobody, without texts; with what it cost in USD: NULL where that is unknown, then
-- `cost_reason` says why. It is in no other cost.
CREATE OR REPLACE VIEW v_shadows /*{on_cluster}*/ AS
SELECT
    s.event_id AS event_id,
    s.ts AS ts,
    s.service AS service,
    s.experiment AS experiment,
    s.arm AS arm,
    s.candidate AS candidate,
    s.unit AS unit,
    s.extraction_id AS extraction_id,
    s.quality_score AS quality_score,
    s.outcome AS outcome,
    s.error_type AS error_type,
    s.duration AS duration,
    s.simulated AS simulated,
    s.answered_by AS answered_by,
    s.input_tokens AS input_tokens,
    s.output_tokens AS output_tokens,
    c.cost AS cost,
    c.reason AS cost_reason
FROM (
    SELECT
        event_id, ts, service, experiment, arm, candidate, unit, extraction_id, quality_score, outcome, error_type, duration,
        simulated,
        arrayDistinct(arrayMap(c -> if(c.3 = '', c.2, c.3), calls)) AS answered_by,
        arraySum(arrayMap(c -> coalesce(c.8, 0), calls)) AS input_tokens,
        arraySum(arrayMap(c -> coalesce(c.9, 0), calls)) AS output_tokens
    FROM (
        SELECT
            * EXCEPT calls,
            arraySort(c -> isNull(c.8), t.calls) AS sorted,
            arrayFilter((c, n) -> c.4 = '' OR n = 1, sorted, arrayEnumerateUniq(arrayMap(c -> c.4, sorted))) AS calls
        FROM shadows AS t FINAL
    )
) AS s
GLOBAL LEFT JOIN (
    SELECT event_id, cost, reason FROM call_costs FINAL WHERE event_id GLOBAL IN (SELECT event_id FROM shadows)
) AS c ON c.event_id = s.event_id

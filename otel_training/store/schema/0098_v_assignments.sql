-- Calls of experiments, each with the arm that its source belongs to (`arm`) and the one that answered (`served`); what both the
-- answer and an attempt that was not used cost in USD, NULL where that of any is unknown; and the votes on what was answered.
CREATE OR REPLACE VIEW v_assignments /*{on_cluster}*/ AS
SELECT
    a.event_id AS event_id,
    a.ts AS ts,
    a.service AS service,
    a.experiment AS experiment,
    a.arm AS arm,
    a.flag_reason AS flag_reason,
    a.served AS served,
    a.decision AS decision,
    a.reason AS reason,
    a.candidate AS candidate,
    a.unit AS unit,
    a.weights AS weights,
    a.extraction_id AS extraction_id,
    a.attempt_id AS attempt_id,
    a.outcome AS outcome,
    a.duration AS duration,
    a.simulated AS simulated,
    s.cost + if(a.attempt_id IN ('', a.extraction_id), 0, t.cost) AS cost,
    s.likes AS likes,
    s.dismissals AS dismissals
FROM (SELECT * FROM assignments FINAL) AS a
GLOBAL LEFT JOIN (
    SELECT extraction_id, cost, likes, dismissals
    FROM examples FINAL
    WHERE extraction_id GLOBAL IN (SELECT extraction_id FROM assignments)
) AS s ON s.extraction_id = a.extraction_id
GLOBAL LEFT JOIN (
    SELECT extraction_id, cost FROM examples FINAL WHERE extraction_id GLOBAL IN (SELECT attempt_id FROM assignments)
) AS t ON t.extraction_id = a.attempt_id

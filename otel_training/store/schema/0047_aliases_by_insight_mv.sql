-- Turns the aliases round.
CREATE MATERIALIZED VIEW IF NOT EXISTS aliases_by_insight_mv /*{on_cluster}*/ TO aliases_by_insight AS
SELECT DISTINCT arrayJoin(arrayFlatten(names.insights)) AS insight, id
FROM aliases

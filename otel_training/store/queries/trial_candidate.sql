-- The candidates, the oldest first; one alone by its name.
-- Parameters: name, '' for all.
SELECT name, candidate_id, formatDateTime(ts, '%FT%TZ') AS created_at, dataset_id, shots, provider, model, is_simulated, definition
FROM candidates FINAL
WHERE {name:String} IN ('', name)
ORDER BY ts, name

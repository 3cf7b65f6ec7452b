-- The models that extracted.
SELECT DISTINCT model FROM examples FINAL WHERE model != '' ORDER BY model

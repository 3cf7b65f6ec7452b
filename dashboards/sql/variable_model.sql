-- The models that extracted.
SELECT DISTINCT model FROM examples WHERE model != '' ORDER BY model

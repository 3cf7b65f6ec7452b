-- Calls of models that were answered, how many of them have no known cost, and whose those are.
SELECT
    count() AS calls,
    countIf(cost IS NULL) AS unpriced,
    topKIf(3)(model, cost IS NULL) AS models
FROM v_call_costs
WHERE reason != 'no_answer'

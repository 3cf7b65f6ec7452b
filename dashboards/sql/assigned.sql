-- The calls of the experiment that is chosen, as the router recorded them.
SELECT *
FROM v_assignments
WHERE experiment = ${experiment:singlequote} AND $__timeFilter(ts)

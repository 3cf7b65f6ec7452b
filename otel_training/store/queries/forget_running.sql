-- How many rewritings of tables by what is to be forgotten are not done.
SELECT count() AS mutations
FROM system.mutations
WHERE database = currentDatabase() AND NOT is_done AND position(command, 'forgotten') > 0

-- The role of dashboards, whose viewers send any SQL: within limits, changing nothing.
-- A record keeps its time, so FINAL need not look for it in other months.
-- By its optimization, a condition such as `topic != ''` reads a subcolumn (`topic.size`), which no grant of columns names.
CREATE ROLE IF NOT EXISTS otel_training_reader /*{on_cluster}*/ SETTINGS readonly = 2, max_execution_time = 60, max_memory_usage = 4000000000, max_result_rows = 1000000, optimize_functions_to_subcolumns = 0, do_not_merge_across_partitions_select_final = 1

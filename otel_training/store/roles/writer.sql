-- The role of a collector. A cluster acknowledges what the shards have stored; an old log may reach back over any number of days.
CREATE ROLE IF NOT EXISTS otel_training_writer /*{on_cluster}*/ SETTINGS distributed_foreground_insert = 1, max_partitions_per_insert_block = 0

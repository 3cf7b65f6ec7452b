-- The role of who makes training files: changing nothing.
CREATE ROLE IF NOT EXISTS otel_training_exporter /*{on_cluster}*/ SETTINGS readonly = 2

-- Writes inbound rows, looks up their columns, and reads nothing.
GRANT /*{on_cluster}*/ INSERT, SHOW COLUMNS ON otel_logs, INSERT, SHOW COLUMNS ON otel_traces TO otel_training_writer

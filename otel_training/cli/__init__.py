"""The command `otel-training`."""

"""The network: segments to an OpenTelemetry receiver."""

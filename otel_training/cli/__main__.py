"""`python -m otel_training.cli`, where the script is not on the PATH."""

from otel_training.cli.main import run

run()

"""The only process state: who starts whom, at start, fork and exit."""

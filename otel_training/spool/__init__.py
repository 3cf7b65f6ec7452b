"""The disk: records wait here as lines of append-only segments."""

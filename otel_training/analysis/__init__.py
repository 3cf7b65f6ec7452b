"""Analysis: figures of what was captured, read once for the terminal, JSON and HTML."""

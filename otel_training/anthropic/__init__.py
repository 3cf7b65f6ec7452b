"""One provider: Claude's calls, by the client's own methods."""

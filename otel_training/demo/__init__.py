"""The demo: a small feed application in two programs, its readers, and a stand-in for Claude."""

"""Importing old logs and our own rows: from files to events of the spool."""

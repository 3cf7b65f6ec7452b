"""The store: one door to ClickHouse, embedded or on a server, with the same SQL."""

"""ClickHouse's HTTP interface over chdb: a library inside, which knows nothing of training data."""

"""The ClickHouse HTTP endpoint over the embedded store, for the programs of this machine."""

-- What the ledger says of a store that a script made.
INSERT INTO schema_migrations (name, sha256, applied_at)
SELECT name, sha256, now64(3) FROM values('name String, sha256 String',
    /*{rows}*/)

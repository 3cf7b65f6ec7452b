-- What of a candidate's input was read from its provider's cache or written to it: with that its answers can be priced anew.
ALTER TABLE evaluations /*{on_cluster}*/ ADD COLUMN IF NOT EXISTS cache_read_tokens Nullable(UInt64) AFTER output_tokens,
    ADD COLUMN IF NOT EXISTS cache_write_tokens Nullable(UInt64) AFTER cache_read_tokens

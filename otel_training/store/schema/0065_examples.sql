-- One narrow row an extraction: how it ended, how good it was, what readers made of it, which call is its prompt; written
-- by settling, the last revision counts.
-- prompt_reason is why no call is its prompt, as v_prompts says. duplicate_key is the same for the same source and insights.
-- reactions and what follows are sums over its insights. has_text: an insight has a text, or the digest of one that
-- content=none left out; has_blank: one is without; is_bare: one is left out. cost is that of its calls in USD, NULL where
-- that of any is unknown. is_repeated: an old log tells of an extraction that was captured live; FINAL leaves such a row out.
CREATE TABLE IF NOT EXISTS examples /*{on_cluster}*/ (
    extraction_id String,
    ts DateTime64(9, 'UTC'),
    service LowCardinality(String),
    task LowCardinality(String),
    task_version LowCardinality(String),
    topic String,
    source_url String,
    model LowCardinality(String),
    prompt_version LowCardinality(String),
    outcome LowCardinality(String),
    error_type LowCardinality(String),
    duration Nullable(Float64),
    imported_line UInt64,
    insight_count Nullable(UInt32),
    is_sample Bool,
    has_text Bool,
    has_blank Bool,
    is_bare Bool,
    has_content Bool,
    is_corrected Bool,
    quality_score Nullable(Float64),
    passed_filters Nullable(Bool),
    call_event_id String,
    prompt_reason LowCardinality(String),
    duplicate_key UInt64,
    likes UInt64,
    dismissals UInt64,
    net Int64,
    bookmarks UInt64,
    shares UInt64,
    viewers UInt64,
    reactions UInt64,
    anonymous_shown UInt64,
    anonymous_actions UInt64,
    odd_actions UInt64,
    cost Nullable(Decimal(38, 12)),
    is_repeated UInt8,
    revision UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision, is_repeated)
PARTITION BY toYYYYMM(ts)
ORDER BY extraction_id

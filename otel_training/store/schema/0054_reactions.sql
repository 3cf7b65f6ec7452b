-- What came in under each id: rows of impressions and actions; written by settling, the last revision counts.
-- is_known: it names an insight; is_shared: it names none, since items of several texts carry it.
-- impressions are the answers of the feed that it stood first in, so that their sum counts each once.
CREATE TABLE IF NOT EXISTS reactions /*{on_cluster}*/ (
    id String,
    is_known Bool,
    is_shared Bool,
    impressions UInt64,
    anonymous_impressions UInt64,
    shown UInt64,
    anonymous_shown UInt64,
    actions UInt64,
    anonymous_actions UInt64,
    odd_actions UInt64,
    likes UInt64,
    readers UInt64,
    revision UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision)
ORDER BY id

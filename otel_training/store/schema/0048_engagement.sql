-- What readers made of each insight; written by settling, the last revision counts. Beside the readers' votes: how often its
-- ids were shown or acted on in all, and how often by nobody known or with a word that is not known.
CREATE TABLE IF NOT EXISTS engagement /*{on_cluster}*/ (
    insight String,
    likes UInt64,
    dismissals UInt64,
    bookmarks UInt64,
    shares UInt64,
    viewers UInt64,
    reactions UInt64,
    anonymous_shown UInt64,
    anonymous_actions UInt64,
    odd_actions UInt64,
    revision UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision)
ORDER BY insight

-- What readers made of each insight; written by settling, the last revision counts. Beside the readers' votes: how often its
-- ids were shown or acted on in all, and how often by nobody known or with a word that is not known. And who cast the votes,
-- so that nobody need count them anew to ask: readers as `reader_events` has them, of more than a thousand who voted alike
-- none, since nothing hangs on a few of so many; and when the first of them did.
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
    liked_by Array(UInt64),
    dismissed_by Array(UInt64),
    voted DateTime64(9, 'UTC'),
    revision UInt64
) ENGINE = /*{replicated}*/ReplacingMergeTree(revision)
ORDER BY insight

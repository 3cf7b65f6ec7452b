-- Readers' actions within a day of the extractions.
-- Parameters: extractions, actions.
INSERT INTO feedback (event_id, ts, service, insight_id, action, user_hash, user_key_id)
WITH toUInt64(pow((sipHash64(number, 'acted on') % 1000000) / 1000000., 1.5) * {extractions:UInt64}) AS extraction
SELECT
    concat('0199', lower(hex(sipHash128(number, 'action')))),
    toDateTime64('2025-12-01 00:00:00', 9, 'UTC') + toIntervalMillisecond(
        intDiv(extraction * 31536000000, {extractions:UInt64}) + sipHash64(number, 'time of action') % 86400000
    ),
    'backend',
    concat('app', substring(lower(hex(sipHash128('insight', extraction, sipHash64(number, 'place') % 5))), 1, 16)),
    ['like', 'like', 'like', 'x', 'bookmark', 'share', 'unlike'][1 + sipHash64(number, 'action') % 7],
    lower(hex(SHA256(toString(sipHash64(number, 'reader') % 5000)))),
    'k1'
FROM numbers({actions:UInt64})
SETTINGS max_partitions_per_insert_block = 0

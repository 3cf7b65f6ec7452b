-- Answers of the feed with five insights each, within a day of their extractions; one in ten to nobody known.
-- Parameters: extractions, impressions.
INSERT INTO impressions (event_id, ts, service, insight_id, position, user_hash, user_key_id)
WITH
    intDiv(number, 5) AS event,
    toUInt64(pow((sipHash64(event, 'extraction') % 1000000) / 1000000., 1.5) * {extractions:UInt64}) AS extraction
SELECT
    concat('0199', lower(hex(sipHash128(event, 'impression')))),
    toDateTime64('2025-12-01 00:00:00', 9, 'UTC') + toIntervalMillisecond(
        intDiv(extraction * 31536000000, {extractions:UInt64}) + sipHash64(event, 'time') % 86400000
    ),
    'backend',
    concat('app', substring(lower(hex(sipHash128(
        'insight', (extraction + number % 5) % {extractions:UInt64}, sipHash64(event, number % 5) % 5
    ))), 1, 16)),
    number % 5,
    if(event % 10 = 0, '', lower(hex(SHA256(toString(sipHash64(event, 'reader') % 5000))))),
    'k1'
FROM numbers({impressions:UInt64} * 5)
SETTINGS max_partitions_per_insert_block = 0

-- Extractions of a year, of five insights each, about forty topics.
-- Parameters: extractions; length, of the source's text in bytes.
INSERT INTO extractions (
    extraction_id, ts, service, task, topic, source_url, source_content, insights, insight_count, quality_score,
    passed_filters, outcome, duration
)
SELECT
    concat('0199', lower(leftPad(hex(number), 12, '0')), lower(hex(sipHash64(number)))) AS extraction_id,
    toDateTime64('2025-12-01 00:00:00', 9, 'UTC') + toIntervalMillisecond(intDiv(number * 31536000000, {extractions:UInt64})),
    'automation', 'extract',
    concat('topic ', toString(number % 40)),
    concat('https://news.example/', toString(number)),
    left(arrayStringConcat(arrayMap(
        k -> concat('Maker ', toString(sipHash64(number, k) % 100000), ' sold more than analysts had expected. '),
        range(intDiv({length:UInt64}, 40) + 1)
    )), {length:UInt64}),
    arrayMap(k -> (
        concat('i_', lower(hex(sipHash128('insight', number, k)))) AS id, id,
        concat('Maker ', toString(number), ' sold ', toString(k), ' % more'), 'market', lower(hex(SHA256(id)))
    ), range(5)),
    5,
    (sipHash64(number, 'quality') % 1000) / 100.,
    sipHash64(number, 'quality') % 1000 > 600,
    'ok', 1.5
FROM numbers({extractions:UInt64})
SETTINGS max_partitions_per_insert_block = 0

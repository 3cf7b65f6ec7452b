-- How much is not settled, and of which kinds. FINAL is as exact as the sums of all signs, and thirty times as fast.
-- Parameters: until and since, as seconds of age: counts what came in longer ago than the one, and of the rest what came in
-- since the other.
SELECT
    countIf(toUnixTimestamp(at) < {until:UInt64}) AS old,
    countIf(kind = 'extraction' AND toUnixTimestamp(at) < {until:UInt64}) AS extractions,
    countIf(toUnixTimestamp(at) >= {until:UInt64} AND toUnixTimestamp(at) >= {since:UInt64}) AS young,
    groupUniqArray(kind) AS kinds
FROM unsettled FINAL
WHERE sign > 0

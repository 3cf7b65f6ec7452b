-- How many extractions do not wait to be settled anew.
-- Parameters: until, seconds of Unix time.
SELECT count() AS known
FROM extractions
WHERE extraction_id GLOBAL NOT IN (
    SELECT key FROM unsettled FINAL WHERE kind = 'extraction' AND sign > 0 AND toUnixTimestamp(at) < {until:UInt64}
)

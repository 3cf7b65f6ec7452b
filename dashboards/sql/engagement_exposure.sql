-- How many readers does an insight reach? This time's insights by their readers. The export asks for ten: a heap at `1 to 4`
-- is a feed that shows each insight to few.
SELECT
    multiIf(
        viewers >= 20, '20 and more', viewers >= 10, '10 to 19', viewers >= 5, '5 to 9', viewers >= 1, '1 to 4', 'none'
    ) AS readers,
    count() AS insights
FROM reached
GROUP BY readers
ORDER BY min(viewers)

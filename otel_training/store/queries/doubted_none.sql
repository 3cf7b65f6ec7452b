-- What doubted.sql gives where all votes are counted.
SELECT '' AS insight, 0 AS likes, 0 AS dismissals, 0 AS viewers WHERE false

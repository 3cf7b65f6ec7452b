-- The insights of this time's extractions, each with its readers. Of those alone: FINAL would read what readers made of all.
SELECT insight, argMax(viewers, revision) AS viewers
FROM (
    SELECT insight, viewers, revision FROM engagement PREWHERE insight GLOBAL IN (SELECT derived_id FROM returned)
    UNION ALL
    SELECT derived_id, 0, 0 FROM returned
)
GROUP BY insight

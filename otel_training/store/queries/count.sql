-- How many records of each kind a listing has.
SELECT
    (SELECT count() FROM extractions FINAL) AS extraction,
    (SELECT count() FROM feedback FINAL) AS feedback,
    (SELECT uniqExact(event_id) FROM impressions) AS impression

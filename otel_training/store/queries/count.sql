-- How many records of each kind a listing has.
SELECT
    (SELECT count() FROM examples FINAL) AS extraction,
    (SELECT count() FROM feedback FINAL) AS feedback,
    (SELECT coalesce(sum(impressions), 0) FROM reactions FINAL) AS impression,
    (SELECT count() FROM queries FINAL) AS query,
    (SELECT count() FROM v_llm_calls) AS llm_call,
    (SELECT count() FROM corrections FINAL) AS correction,
    (SELECT count() FROM scores FINAL) AS score,
    (SELECT count() FROM assignments FINAL) AS assignment,
    (SELECT count() FROM shadows FINAL) AS shadow

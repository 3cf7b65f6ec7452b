-- What 0114 may give a prompt.
INSERT INTO unsettled (key, kind, token, at, sign)
SELECT extraction_id, 'extraction', rand64(), now(), 1
FROM examples FINAL
WHERE prompt_reason = 'judge'

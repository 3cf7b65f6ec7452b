-- The prices that all share who use the store: the text of the newest list; no row where none was shared.
SELECT text
FROM price_lists
ORDER BY ts DESC
LIMIT 1

-- What each id names: insights, each time that it was told, earliest first; none as long as it is in doubt. An insight is a
-- text of a source, known by its derived id, whichever extractions returned it.
CREATE OR REPLACE VIEW v_aliases /*{on_cluster}*/ AS
SELECT id, names FROM aliases FINAL
WHERE notEmpty(arrayFlatten(names.insights))

-- Engagement of each extraction whose insights any reader saw or acted on: net is the sum over its insights, viewers the
-- most of any of them. All extractions that returned an insight have its votes and readers.
CREATE OR REPLACE VIEW v_examples /*{on_cluster}*/ AS
SELECT extraction_id, likes, dismissals, net, bookmarks, shares, viewers
FROM examples FINAL
WHERE viewers > 0

-- Routes of the middleware that no request was of, while their program has no record of that kind either (`detail`
-- is the kind), and routes whose requests could not be read (`detail` is the keys that most of them held).
-- A search is optional: its route counts where the app declared another than the default.
WITH (SELECT count() > 0 FROM route_losses WHERE reason = 'unmatched') AS has_unmatched
SELECT reason, route, service, topK(1)(l.detail)[1] AS detail, sum(count) AS requests
FROM route_losses AS l FINAL
WHERE reason = 'unrecognised'
    OR reason = 'unmatched'
        AND route != 'GET|POST /api/search'
        AND (service, route) GLOBAL NOT IN (SELECT service, route FROM route_losses WHERE reason != 'unmatched')
        AND (service, l.detail) GLOBAL NOT IN (
            SELECT service, 'feedback' FROM feedback WHERE has_unmatched
            UNION DISTINCT SELECT service, 'impression' FROM impressions WHERE has_unmatched
            UNION DISTINCT SELECT service, 'query' FROM queries WHERE has_unmatched
        )
GROUP BY reason, route, service
ORDER BY requests DESC, route, service
LIMIT 10

-- Which routes bring no records? Requests whose body could not be read, by the keys that they held instead: map those names
-- in the middleware. `unmatched` is a route that no request was of: name the app's own route.
SELECT reason, route, service, topK(1)(l.detail)[1] AS held, sum(count) AS requests, max(ts) AS last_seen
FROM route_losses AS l FINAL
WHERE $__timeFilter(ts) /*{service}*/
GROUP BY reason, route, service
ORDER BY requests DESC, route, service
LIMIT 20

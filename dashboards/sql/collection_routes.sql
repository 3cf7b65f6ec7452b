-- Which routes bring no records? Requests whose body could not be read, by the keys that they held instead: map those names
-- in the middleware. `unmatched` is a route that no request was of: name the app's own route.
SELECT
    reason AS `Reason`, route AS `Route`, service AS `Program`, topK(1)(l.detail)[1] AS `Held`, sum(count) AS `Requests`,
    max(ts) AS `Last seen`
FROM route_losses AS l FINAL
WHERE $__timeFilter(ts) /*{service}*/
GROUP BY reason, route, service
ORDER BY `Requests` DESC, route, service
LIMIT 20

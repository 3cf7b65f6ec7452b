-- How much of this is a guess? The share of calls whose cost is unknown in this time: all figures of costs leave them out.
-- Name their models' prices in `prices.toml`.
SELECT countIf(cost IS NULL AND reason NOT IN ('', 'no_answer')) / nullIf(count(), 0) AS unpriced FROM v_call_costs WHERE $__timeFilter(ts)

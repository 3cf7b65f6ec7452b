-- Do insights reach enough readers? The share of this time's insights with ten readers or more, which the export asks for.
-- New ones are still on their way: low in a short time, it should rise over a longer one.
SELECT countIf(viewers >= 10) / nullIf(count(), 0) AS reached FROM reached

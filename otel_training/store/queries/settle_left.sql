-- How many keys are noted, those that are done with, too: a settling that was killed may have left nothing else.
SELECT (SELECT count() FROM unsettled) + (SELECT count() FROM settling) AS rows

-- Which candidates have an extraction that is to be forgotten among the examples of their prompt.
SELECT id AS name FROM forgotten WHERE kind = 'candidate' ORDER BY name

-- What is noted to be forgotten: pseudonyms, and ids of extractions and events, as they stand in lines that were set aside. Not
-- ids of insights, which may be as short as 7.
SELECT id FROM forgotten WHERE kind != 'id'

-- What is noted to be forgotten: pseudonyms, and ids of extractions and events, as they stand in lines that were set aside.
SELECT id FROM forgotten

-- How many sources came to the functions of an experiment since an arm was last asked, how many calls of it there were, and why
-- another answered them, most of the time. Its functions are those of its assignments, else that of its name, else all.
-- Parameters: experiment; arm; since, seconds of Unix time when its share was last changed.
WITH
    (
        SELECT greatest(
            toDateTime64({since:Float64}, 9, 'UTC'),
            maxIf(ts, arm = {arm:String} AND decision IN ('assigned', 'fallback'))
        )
        FROM assignments WHERE experiment = {experiment:String}
    ) AS last,
    recent AS (
        SELECT if(task = '', service, task) AS name, source_url, source_length, extraction_id
        FROM extractions
        WHERE ts > last AND imported_line = 0
    ),
    own AS (
        SELECT DISTINCT if(task = '', service, task) AS name
        FROM extractions
        WHERE extraction_id GLOBAL IN (
            SELECT extraction_id FROM assignments WHERE experiment = {experiment:String} ORDER BY ts DESC LIMIT 1000
        )
        UNION DISTINCT SELECT name FROM recent WHERE name = {experiment:String}
    )
SELECT
    -- Those without a URL by their length, which readers of the store may see: of two that are as long one counts.
    uniqExact(if(source_url != '', source_url, ifNull(toString(source_length), extraction_id))) AS sources,
    topK(3)(name) AS names,
    (
        SELECT (uniqExact(event_id), topKIf(1)(toString(reason), decision = 'policy'))
        FROM assignments
        WHERE experiment = {experiment:String} AND ts > last
    ) AS called
FROM recent
WHERE (SELECT count() FROM own) = 0 OR name GLOBAL IN (SELECT name FROM own)

-- The provider turns a model off within 60 days that was asked in the last week: `otel-training doctor` names the day and the
-- provider's page, and `otel-training savings --candidate` says what another costs. The days came with this version.
WITH
    [
        /*{ends}*/
    ] AS ends,
    arrayFirst(
        e -> match(model, concat('(?:^|[./:])', regexpQuoteMeta(e.1), '(?:\\z|:|[-@]\\d{8}|-\\d{4}-\\d\\d-\\d\\d)')), ends
    ) AS ending
SELECT CAST(model, 'String') AS name, toFloat64(if(ending.1 = '', 0, greatest(0, 61 - dateDiff('day', today(), ending.2)))) AS near
FROM (SELECT DISTINCT model FROM llm_calls WHERE ts > now64(9) - toIntervalWeek(1))
ORDER BY name

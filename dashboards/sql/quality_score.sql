-- Are extractions good? The mean quality score, from 0 to 10. Below 6 mend prompt or sources before gathering more; from 7
-- on most pass the export's filter.
SELECT avgOrNull(quality_score) AS score FROM examples FINAL WHERE is_sample AND $__timeFilter(ts) /*{topic, model, prompt_version}*/

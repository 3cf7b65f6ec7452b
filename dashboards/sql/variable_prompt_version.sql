-- The versions of the prompt, the newest first.
SELECT prompt_version FROM examples FINAL WHERE prompt_version != '' GROUP BY prompt_version ORDER BY max(ts) DESC, prompt_version

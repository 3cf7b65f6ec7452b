"""From a frozen dataset to a model of one's own: the plan, the job, and the candidate that comes of it."""

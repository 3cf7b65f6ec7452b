"""The trial of a candidate: what it answers to held-out sources, beside what Claude answered, judged blindly."""

"""What a call of a model costs: exact, or unknown with a reason, never a guess that looks like a price."""

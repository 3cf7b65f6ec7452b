"""What a record is: safe on any thread, imports nothing of ours but names."""

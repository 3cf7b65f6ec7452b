"""Claude or a candidate: which answers a call, and what happens when it cannot."""

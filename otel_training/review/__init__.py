"""Reviewing by people: what is most worth a look, a local page for it, and their decisions as records."""

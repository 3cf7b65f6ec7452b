"""Watching requests: what readers were shown, what they did, what they searched."""

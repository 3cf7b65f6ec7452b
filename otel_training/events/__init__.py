"""From record to event: redacted and encoded, on the writer thread."""

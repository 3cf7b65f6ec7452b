"""Warnings to the host, once each."""

import logging
from functools import cache
from typing import Final

warn_once: Final = cache(logging.getLogger("otel_training").warning)
"""Log a warning, the first time that it has these arguments."""

"""Who redacts: we, and one other library beside us."""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from otel_training.privacy.redact import Redactor
from tests.bench.planted import Redact

OTHER: Final = "datafog"
"""Small, without a model of its own, and kept up; scrubadub and presidio bring hundreds of megabytes."""


def ours(text: str) -> str:
    """Redact as a record of its own."""
    return Redactor().redact(text)


def other() -> Redact | None:
    """Return the other library's, or None where it is not installed: `pip install --group bench`."""
    if find_spec(OTHER) is None:
        return None
    library = import_module(OTHER)
    return lambda text: str(library.redact(text).redacted_text)

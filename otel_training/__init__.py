"""Turn the traffic of an LLM app into training data, without the app noticing."""

from typing import TYPE_CHECKING

from otel_training.anthropic.watch import watch as _watch
from otel_training.capture.extraction import extraction
from otel_training.capture.feedback import record_correction, record_feedback, record_impressions, record_score
from otel_training.capture.handle import current
from otel_training.capture.query import query
from otel_training.pipeline.configure import configure
from otel_training.pipeline.process import flush
from otel_training.privacy.identity import insight_id

if TYPE_CHECKING:
    from otel_training.asgi.middleware import TrainingMiddleware

__all__ = [
    "TrainingMiddleware",
    "configure",
    "current",
    "extraction",
    "flush",
    "insight_id",
    "query",
    "record_correction",
    "record_feedback",
    "record_impressions",
    "record_score",
]

# Now, not at the first extraction: a program that reads a batch's results has read the first of them
# before it opens an extraction for it.
_watch()


def __getattr__(name: str) -> object:
    """Load the middleware where it is asked for: most programs that extract serve no requests."""
    if name != "TrainingMiddleware":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from otel_training.asgi.middleware import TrainingMiddleware

    return TrainingMiddleware

"""Turn the traffic of an LLM app into training data, without the app noticing."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from otel_training.anthropic.watch import watch as _watch

if TYPE_CHECKING:
    from otel_training.asgi.middleware import TrainingMiddleware
    from otel_training.capture.extraction import extraction
    from otel_training.capture.feedback import record_correction, record_feedback, record_impressions, record_score
    from otel_training.capture.handle import current
    from otel_training.capture.query import query
    from otel_training.pipeline.configure import configure
    from otel_training.pipeline.process import flush
    from otel_training.privacy.identity import insight_id
    from otel_training.routing.experiment import experiment

__all__ = [
    "TrainingMiddleware",
    "configure",
    "current",
    "experiment",
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


_FEEDBACK: Final = "capture.feedback"
_MODULES: Final = {
    "TrainingMiddleware": "asgi.middleware",
    "configure": "pipeline.configure",
    "current": "capture.handle",
    "experiment": "routing.experiment",
    "extraction": "capture.extraction",
    "flush": "pipeline.process",
    "insight_id": "privacy.identity",
    "query": "capture.query",
    "record_correction": _FEEDBACK,
    "record_feedback": _FEEDBACK,
    "record_impressions": _FEEDBACK,
    "record_score": _FEEDBACK,
}


def __getattr__(name: str) -> object:
    """Load a name's module where it is asked for: the commands capture nothing, and most programs use two names."""
    if (module := _MODULES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""From record to events: one function a kind, run on the writer thread.

Each reads the JSON that capture took, computes ids, redacts, and yields
events. Raises `MalformedError` where the content is not what it must be.
"""

from collections.abc import Callable, Iterator
from typing import Final

from otel_training.conventions import Kind
from otel_training.events.event import Event, to_event
from otel_training.events.extraction import correction, extraction, shadow
from otel_training.events.finisher import Finisher
from otel_training.events.llm_call import llm_call
from otel_training.record.record import Record

_FINISHERS: Final[dict[Kind, Callable[[Record, Finisher], Iterator[Event]]]] = {
    Kind.EXTRACTION: extraction, Kind.LLM_CALL: llm_call, Kind.CORRECTION: correction, Kind.SHADOW: shadow,
}  # fmt: skip
_WITHOUT_CONTENT: Final = frozenset({Kind.LINK, Kind.SCORE, Kind.ASSIGNMENT, Kind.LOSS})  # their attributes say it all


def load_readers_kinds() -> None:
    """Load what finishes queries and what readers do: for whoever captures them, as most extracting programs do not.

    Called where the capturing module is imported: the writer thread itself must import nothing, or a
    child that is forked meanwhile finds half a module.
    """
    from otel_training.events.query import query
    from otel_training.events.reactions import feedback, impression

    _FINISHERS.update({Kind.FEEDBACK: feedback, Kind.IMPRESSION: impression, Kind.QUERY: query})


def finish(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Turn one captured record into its events: itself, and the links that it shows."""
    if record.kind in _WITHOUT_CONTENT:
        return iter((to_event(record, record.attributes),))
    return _FINISHERS[record.kind](record, finisher)

"""From record to events: one function a kind, run on the writer thread.

Each reads the JSON that capture took, computes ids over the unredacted text, redacts, and yields
events. Raises `MalformedError` where the content is not what it must be.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from otel_training.conventions import Kind
from otel_training.events.event import Event, to_event
from otel_training.events.extraction import correction, extraction
from otel_training.events.finisher import Finisher
from otel_training.events.llm_call import llm_call
from otel_training.events.query import query
from otel_training.events.reactions import feedback, impression
from otel_training.record.record import Record

FINISH: Final[Mapping[Kind, Callable[[Record, Finisher], Iterator[Event]]]] = {
    Kind.EXTRACTION: extraction,
    Kind.LLM_CALL: llm_call,
    Kind.FEEDBACK: feedback,
    Kind.IMPRESSION: impression,
    Kind.QUERY: query,
    Kind.CORRECTION: correction,
}
"""Kinds that are not here (links, scores) have no content: their attributes say it all."""


def finish(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Turn one captured record into its events: itself, and the links that it shows."""
    kind = FINISH.get(record.kind)
    return kind(record, finisher) if kind is not None else iter((to_event(record, record.attributes),))

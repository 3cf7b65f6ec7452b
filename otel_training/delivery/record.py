"""The record: what capture hands to the writer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from otel_training.conventions import Kind

Scalar: TypeAlias = str | int | float | bool
JSON: TypeAlias = "Scalar | list[JSON] | dict[str, JSON] | None"


@dataclass(frozen=True, slots=True)
class Record:
    """One captured event, not yet redacted: it never leaves the process in this form."""

    kind: Kind
    event_id: str
    time: int
    """Unix time in nanoseconds."""
    attributes: Mapping[str, Scalar | None] = field(default_factory=dict)
    content: bytes = b""
    """JSON, read by the writer thread: a snapshot, a request's body or an answer's."""
    user_id: object = None
    """The reader, raw, if the app named one outside the content; wins over the content's."""
    fallback_user_id: object = None
    """The reader, raw, where the content names none."""
    trace_id: str = ""
    span_id: str = ""
    trace_flags: int = 0
    answer: bytes = b""
    """JSON: the answer that goes with the content, where there are both."""
    source: str | None = None
    """The source's text, by reference: a text cannot change, so its copy can wait."""

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        return len(self.content) + len(self.answer) + (0 if self.source is None else len(self.source))

"""The record: what capture hands to the writer, made or still to be made, and how to read what is in it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from opentelemetry.trace import SpanContext, TraceFlags

from otel_training.conventions import Kind

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Naming(NamedTuple):
    """An app's own names for the fields of insights and actions, as it declared them."""

    paths: Mapping[str, str] = _NONE  # our names, each with the dotted path to where the app has it
    words: Mapping[str, str] = _NONE  # the app's words for actions, in lower case, each with ours
    read: Callable[[Any], object] | None = None
    """A function of the app's, from what it has to a mapping under our names."""


COMMON: Final = Naming()  # no names of the app's own: the common ones are looked for


class Shape(NamedTuple):
    """How to read the content of a captured request."""

    route: str = ""  # the route as it was declared, `POST /api/feed/engage`
    parameters: Mapping[str, str] = _NONE  # the path's parameters, by their names in the route
    word: str = ""  # the action that the path may name, `like`
    naming: Naming = COMMON
    are_lines: bool = False  # whether the content is JSON Lines


Scalar: TypeAlias = str | int | float | bool
JSON: TypeAlias = "Scalar | list[JSON] | dict[str, JSON] | None"

_NO_ATTRIBUTES: Final[Mapping[str, Scalar | None]] = MappingProxyType({})


class Pending(Protocol):
    """An entry of the queue: a record, or something that one is made of later."""

    @property
    def size(self) -> int:
        """About how many bytes it holds."""

    def to_record(self) -> "Record":
        """Make the record, on the writer thread."""


class Record(NamedTuple):
    """One captured event, not yet redacted: it never leaves the process in this form.

    A tuple, as it is made on the host's threads: a frozen dataclass takes four times as long.
    """

    kind: Kind
    event_id: str
    time: int  # Unix time in nanoseconds
    attributes: Mapping[str, Scalar | None] = _NO_ATTRIBUTES
    content: bytes | dict[str, JSON] = b""
    """JSON, parsed by the writer thread: a snapshot, a request's body or an answer's; or parsed already."""
    user_id: object = None  # the reader, raw, if the app named one outside the content; wins over the content's
    fallback_user_id: object = None  # the reader, raw, where the content names none
    context: SpanContext | None = None
    """The valid context that was current; where there was none, one is derived from the id."""
    answer: bytes = b""  # JSON: the answer that belongs to the content, where there are both
    shape: Shape = Shape()  # how to read the content, where it is a request's

    @property
    def size(self) -> int:
        return len(self.content) + len(self.answer)

    def to_record(self) -> "Record":
        return self


def context_of(event_id: str) -> SpanContext:
    """Derive a context from an event's id, a UUID: 128 bits for the trace, the last 64 for the span.

    So whoever has the id of an extraction outside any trace has the trace of all that belongs to it.
    """
    number = int(event_id.replace("-", ""), 16)
    return SpanContext(number, number & 0xFFFF_FFFF_FFFF_FFFF, is_remote=False, trace_flags=TraceFlags(0))

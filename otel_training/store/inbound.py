"""The inbound table of a server, into which a command puts events itself where no collector takes them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from otel_training import conventions as names
from otel_training.events.event import Event
from otel_training.store.client import Store

_COLUMNS: Final = ("Timestamp", "ServiceName", "Body", "ScopeName", "LogAttributes", "EventName")


def insert_events(store: Store, service: str, events: Sequence[Event]) -> None:
    """Insert events as a collector's exporter would, in one block: all or none."""
    store.insert("otel_logs", _COLUMNS, [_row(service, event) for event in events])


def _row(service: str, event: Event) -> list[object]:
    seconds, nanoseconds = divmod(event.record.time, 1_000_000_000)
    attributes = {name: _text(value) for name, value in event.attributes.items() if value is not None}
    time = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000)
    return [time, service, event.body, names.SCOPE, attributes, event.name]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

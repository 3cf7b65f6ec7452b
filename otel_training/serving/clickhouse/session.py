"""Sessions: connections that outlive a request, for temporary tables and settings."""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from otel_training.serving.clickhouse.failure import refusal
from otel_training.serving.clickhouse.literal import assigned, text
from otel_training.serving.clickhouse.request import Request
from otel_training.store.client import connect_embedded

if TYPE_CHECKING:
    from chdb.state.sqlitelike import Connection

_SETTINGS: Final = "SELECT name, value FROM system.settings WHERE name IN {names:Array(String)}"


@dataclass(slots=True)
class _Kept:
    connection: "Connection"
    until: float = 0.0
    is_busy: bool = True


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one store; a request has one for itself."""

    path: Path
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def taken(self, request: Request, settings: Iterable[str]) -> "Iterator[tuple[Connection, bool]]":
        """Lend a session's connection, and tell whether it is new.

        The settings named are put back afterwards: a request's own are for that request alone.
        """
        kept, is_new = self._take(request)
        before: dict[str, str] = {}
        try:
            before = _values(kept.connection, settings)
            yield kept.connection, is_new
        finally:
            self._give_back(request, kept, before)

    def close(self) -> None:
        """Forget all sessions."""
        for one in self._kept.values():
            one.connection.close()

    def _take(self, request: Request) -> tuple[_Kept, bool]:
        name, now = request.session, time.monotonic()
        with self._lock:
            for old in [old for old, one in self._kept.items() if not one.is_busy and one.until < now]:
                self._kept.pop(old).connection.close()
            kept = self._kept.get(name)
            if kept is None:
                if request.session_must_exist:
                    raise refusal(372, "SESSION_NOT_FOUND", f"Session '{name}' not found or expired.")
                kept = self._kept[name] = _Kept(connect_embedded(self.path))
                return kept, True
            if kept.is_busy:
                raise refusal(373, "SESSION_IS_LOCKED", f"Session '{name}' is locked by a concurrent client.")
            kept.is_busy = True
            return kept, False

    def _give_back(self, request: Request, kept: _Kept, before: dict[str, str]) -> None:
        try:
            # Its Null takes with it the rows that a query which failed has left in the connection.
            kept.connection.query(f"SET {assigned(before)}", "Null")
        except RuntimeError:
            # It cannot be put back (readonly): better no session than one that refuses everything.
            del self._kept[request.session]
            kept.connection.close()
        kept.until = time.monotonic() + request.session_seconds
        kept.is_busy = False


def _values(connection: "Connection", settings: Iterable[str]) -> dict[str, str]:
    names = f"[{', '.join(map(text, settings))}]"
    found = connection.query(_SETTINGS, "JSONCompactEachRow", {"names": names})
    return dict(map(orjson.loads, found.bytes().splitlines()))

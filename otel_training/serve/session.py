"""Sessions: connections that outlive a request, for temporary tables and settings."""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from otel_training.serve import failure
from otel_training.serve.literal import assigned, text
from otel_training.serve.request import Session
from otel_training.store.client import connect_embedded

if TYPE_CHECKING:
    from chdb.state.sqlitelike import Connection


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
    def taken(self, session: Session, settings: Iterable[str]) -> "Iterator[tuple[Connection, bool]]":
        """Lend a session's connection, and tell whether it is new.

        The settings named are put back afterwards: a request's own are for that request alone.
        """
        kept, is_new = self._take(session)
        before: dict[str, str] = {}
        try:
            before = _values(kept.connection, settings)
            yield kept.connection, is_new
        finally:
            self._give_back(session, kept, before)

    def close(self) -> None:
        """Forget all sessions."""
        with self._lock:
            for one in self._kept.values():
                one.connection.close()
            self._kept.clear()

    def _take(self, session: Session) -> tuple[_Kept, bool]:
        with self._lock:
            self._expire()
            kept = self._kept.get(session.id)
            if kept is None:
                if session.must_exist:
                    raise failure.refusal(failure.SESSION_NOT_FOUND, f"Session '{session.id}' not found or expired.")
                kept = self._kept[session.id] = _Kept(connect_embedded(self.path))
                return kept, True
            if kept.is_busy:
                sentence = f"Session '{session.id}' is locked by a concurrent client."
                raise failure.refusal(failure.SESSION_IS_LOCKED, sentence)
            kept.is_busy = True
            return kept, False

    def _give_back(self, session: Session, kept: _Kept, before: dict[str, str]) -> None:
        try:
            # Takes with it the rows that a query which failed has left in the connection.
            kept.connection.query("SELECT 1", "Null")
            kept.connection.query(f"SET {assigned(before)}", "Null")
        except RuntimeError:
            # It cannot be put back (readonly): better no session than one that refuses everything.
            with self._lock:
                self._kept.pop(session.id, None)
            kept.connection.close()
        kept.until = time.monotonic() + session.seconds
        kept.is_busy = False

    def _expire(self) -> None:
        now = time.monotonic()
        for name in [name for name, one in self._kept.items() if not one.is_busy and one.until < now]:
            self._kept.pop(name).connection.close()


def _values(connection: "Connection", settings: Iterable[str]) -> dict[str, str]:
    names = ", ".join(text(name) for name in settings)
    rows = connection.query(f"SELECT name, value FROM system.settings WHERE name IN ({names})", "JSONCompactEachRow")  # noqa: S608 - quoted
    return dict(orjson.loads(line) for line in rows.bytes().splitlines())

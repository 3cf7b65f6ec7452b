"""Sessions: connections that outlive a request, for temporary tables and settings."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

from otel_training.serving.clickhouse.errors import refusal
from otel_training.serving.clickhouse.request import Request
from otel_training.serving.clickhouse.user import User, assignments, quote, quote_name

if TYPE_CHECKING:
    from chdb.state.sqlitelike import Connection

_DATABASE: Final = "SELECT currentDatabase()"
_SETTINGS: Final = "SELECT name, value FROM system.settings WHERE name IN {names:Array(String)}"


@dataclass(slots=True)
class _Session:
    connection: "Connection"
    until: float = 0.0
    is_busy: bool = True


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one store; a request has one for itself."""

    connect: "Callable[[], Connection]"
    _sessions: dict[tuple[str, str], _Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def lock(self, user: User, request: Request, settings: Iterable[str]) -> "Iterator[tuple[Connection, bool]]":
        """Lock a session for one request: its connection, and whether it is new.

        The settings named, and the database that the request names, are put back afterwards: they are for that
        request alone.
        """
        key = user.name, request.session
        session, is_new = self._lock_or_open(key, request)
        before: dict[str, str] = {}
        database = ""
        try:
            if is_new:
                user.become(session.connection)
            before = _values(session.connection, settings)
            if request.database:
                database = session.connection.query(_DATABASE, "TSVRaw").bytes().decode().strip()
            yield session.connection, is_new
        finally:
            self._unlock(key, request, session, before, database)

    def close(self) -> None:
        """Close all sessions."""
        for session in self._sessions.values():
            session.connection.close()

    def _lock_or_open(self, key: tuple[str, str], request: Request) -> tuple[_Session, bool]:
        name, now = request.session, time.monotonic()
        with self._lock:
            for old in [old for old, session in self._sessions.items() if not session.is_busy and session.until < now]:
                self._sessions.pop(old).connection.close()
            session = self._sessions.get(key)
            if session is None:
                if request.session_must_exist:
                    raise refusal(372, "SESSION_NOT_FOUND", f"Session '{name}' not found or expired.")
                session = self._sessions[key] = _Session(self.connect())
                return session, True
            if session.is_busy:
                raise refusal(373, "SESSION_IS_LOCKED", f"Session '{name}' is locked by a concurrent client.")
            session.is_busy = True
            return session, False

    def _unlock(
        self, key: tuple[str, str], request: Request, session: _Session, before: dict[str, str], database: str
    ) -> None:
        try:
            # Its Null takes with it the rows that a query which failed has left in the connection.
            session.connection.query(f"SET {assignments(before)}", "Null")
            if database:
                session.connection.query(f"USE {quote_name(database)}", "Null")
        except RuntimeError:
            # It cannot be put back (readonly): better no session than one that refuses everything.
            del self._sessions[key]
            session.connection.close()
        session.until = time.monotonic() + request.session_seconds
        session.is_busy = False


def _values(connection: "Connection", settings: Iterable[str]) -> dict[str, str]:
    names = f"[{', '.join(map(quote, settings))}]"
    rows = connection.query(_SETTINGS, "JSONCompactEachRow", {"names": names}).bytes()
    return dict(map(orjson.loads, rows.splitlines()))

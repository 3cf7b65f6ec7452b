"""Connections that no client can hold open without asking something."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
CONNECTIONS: Final = 256


class GuardedConnection(H11Protocol):
    """Closes itself where no request comes within `HEAD_SECONDS`; of too many the longest idle is closed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head, and make room where there is none."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._close_unasked)
        self.since = self.loop.time()
        if len(self.connections) > CONNECTIONS:
            guarded = (each for each in self.connections if isinstance(each, GuardedConnection) and each.is_waiting)
            min(guarded, key=lambda each: each.since).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a head that has begun, and no longer for one that is there."""
        super().data_received(data)
        self.since = self.loop.time()
        if not self.is_waiting:
            self._cancel()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._close_unasked)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        self._cancel()

    @property
    def is_waiting(self) -> bool:
        """Whether no request is being answered."""
        # uvicorn has None there at first.
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]

    def _close_unasked(self) -> None:
        if self.is_waiting:
            self.transport.abort()

    def _cancel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

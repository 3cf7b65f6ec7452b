"""A proxy of an awaitable of any type."""

from collections.abc import Callable
from typing import Any

from wrapt import ObjectProxy


class Awaitable(ObjectProxy):  # type: ignore[type-arg]  # wrapt 1 has none
    """An awaitable with all that it has; the first who awaits it awaits the given coroutine instead."""

    def __init__(self, value: Any, first: Callable[[], Any]) -> None:
        super().__init__(value)
        self._self_first = [first]

    def __await__(self) -> Any:
        awaited = self._self_first.pop()() if self._self_first else self.__wrapped__
        return awaited.__await__()

"""Progress: how a long piece of work says how far it is."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

Progress: TypeAlias = Callable[[int, int], None]  # called again and again with what is done and with the total
Stages: TypeAlias = Callable[[str], Progress]
"""Called with the name of each part of the work as it begins; gives the progress of that part."""


class RowProgress(Protocol):
    """The same, where rows are written, with their bytes."""

    def __call__(self, done: int, total: int, size: int = 0, /) -> None:
        """Show it."""


def silent(_done: int, _total: int, _size: int = 0, /) -> None:
    """Show nothing."""


def quiet(_name: str) -> Progress:
    """Show nothing of any part."""
    return silent

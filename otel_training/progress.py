"""Progress: how a long piece of work says how far it is."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Called again and again with what is done and with the total."""

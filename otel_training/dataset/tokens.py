"""Tokens: how many a text has, by an offline tokenizer where one is installed."""

from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

Count: TypeAlias = Callable[[str], int]

ESTIMATE: Final = "estimate: 4 bytes a token"


class Tokens(NamedTuple):
    """How many tokens the rows of a file have."""

    total: int
    p50: int
    p95: int
    most: int
    counted_by: str


def token_counter() -> tuple[Count, str]:
    """Return what counts tokens, and its name; nothing that asks the network for a vocabulary."""
    try:
        import bpe_openai
    except ImportError:
        return lambda text: ((len(text) if text.isascii() else len(text.encode("utf-8", "replace"))) + 3) // 4, ESTIMATE
    encoding = bpe_openai.get_encoding("o200k_base")
    return lambda text: len(encoding.encode_ordinary(text)), "o200k_base"


def summary(counts: Counter[int], counted_by: str) -> Tokens:
    """Return the sum, the middle, the 95th of 100 and the most of so many rows a length."""
    lengths = sorted(counts)
    return Tokens(
        sum(length * rows for length, rows in counts.items()),
        _rank(counts, lengths, 0.5), _rank(counts, lengths, 0.95), lengths[-1] if lengths else 0, counted_by,
    )  # fmt: skip


def _rank(counts: Counter[int], lengths: list[int], share: float) -> int:
    below, wanted = 0, share * counts.total()
    for length in lengths:
        below += counts[length]
        if below >= wanted:
            return length
    return 0

"""The difference of two datasets: which rows came, went and changed, and of which readers changed their mind."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from otel_training.dataset.snapshot import FrozenRow


@dataclass(frozen=True, slots=True)
class Difference:
    """The extractions that differ."""

    added: list[str]
    removed: list[str]
    changed: list[str]
    """Whose prompt or answer is another."""
    flipped: list[str]
    """What readers liked and dismiss by now, or the other way round: as a whole, or an insight of it."""
    moved: list[str]
    """Whose split is another."""

    @property
    def sentence(self) -> str:
        """The counts."""
        return (
            f"+{len(self.added):,} rows, -{len(self.removed):,} rows, {len(self.flipped):,} flipped, "
            f"{len(self.changed):,} changed, {len(self.moved):,} in another split"
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is compared of a row, without its texts."""

    split: str
    chat: bytes
    net: int
    signs: dict[str, int]


def difference_of(before: Iterable[FrozenRow], after: Iterable[FrozenRow], nets: Mapping[str, int]) -> Difference:
    """Compare two datasets; `nets` is what readers make by now of extractions that the second may lack."""
    old = {row.extraction_id: _see(row) for row in before}
    new = {row.extraction_id: _see(row) for row in after}
    both = [name for name in old if name in new]
    return Difference(
        added=[name for name in new if name not in old],
        removed=[name for name in old if name not in new],
        changed=[name for name in both if old[name].chat != new[name].chat],
        flipped=[name for name, row in old.items() if _is_flipped(row, new.get(name), nets.get(name))],
        moved=[name for name in both if old[name].split != new[name].split],
    )


def _see(row: FrozenRow) -> _Seen:
    example = row.example
    chat = "\0".join(f"{message['role']}\0{message['content']}" for message in example.messages)
    signs = {insight.text: _sign(insight.likes - insight.dismissals) for insight in example.insights}
    digest = hashlib.sha256(chat.encode()).digest()
    return _Seen(row.split, digest, int(example.provenance["net"]), signs)


def _is_flipped(old: _Seen, new: _Seen | None, net: int | None) -> bool:
    now = new.net if new is not None else net
    if now is not None and _sign(old.net) * _sign(now) < 0:
        return True
    return new is not None and any(sign * new.signs.get(text, 0) < 0 for text, sign in old.signs.items())


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)

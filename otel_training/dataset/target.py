"""The target: who trains on a file, and what they take. What each one's rows hold and may hold is in `targets/`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).with_name("targets")
DEFAULT: Final = "openai"


@dataclass(frozen=True, slots=True)
class Target:
    """A trainer's or a provider's rules, as its documentation stood at `date`."""

    name: str
    title: str
    container: str
    """`jsonl`, `csv`, `parquet` or `hf`, a folder."""
    fields: Mapping[str, str]
    """What a row has and nothing else, each with the part that stands there (`parts.py`); `a.b` is b in a."""
    roles: frozenset[str]
    min_rows: int
    max_rows: int | None
    max_bytes: int | None
    max_tokens: int | None
    """What a row may have; some cut a longer one without a word."""
    max_length: int | None
    """Tokens from which the trainer cuts rows, unless it is told another number."""
    status: str
    source: str
    date: str
    takes_texts: bool = False
    """Whether it also takes a prompt and answers that are texts, without roles; all of a row's, or none."""

    def has(self, *parts: str) -> bool:
        """Return whether its rows have any of these parts."""
        return not set(parts).isdisjoint(self.fields.values())


def target_names() -> list[str]:
    """Return what can be written."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def read_target(name: str = DEFAULT) -> Target:
    """Read a target's rules."""
    rules = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Target(name, **rules | {"roles": frozenset(rules["roles"])})

"""A secret in a text, and what is left of it."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

Redact = Callable[[str], str]
PLACEHOLDER: Final = re.compile(r"[<\[][A-Z][A-Z_]{1,30}_\d{1,9}[>\]]")
_PIECE: Final = 5


class Planted(NamedTuple):
    """A text with a secret in it."""

    form: str
    before: str
    secret: str
    after: str

    @property
    def text(self) -> str:
        """The whole text."""
        return self.before + self.secret + self.after


class Score(NamedTuple):
    """What became of one."""

    form: str
    gone: bool
    """No five characters of the secret are left."""
    exact: bool
    """What stands around it is left as it was."""
    planted: Planted
    redacted: str


def plant(form: str, secret: str, template: str) -> Planted:
    """Put a secret where the template says `{}`."""
    before, _, after = template.partition("{}")
    return Planted(form, before, secret, after)


def score(planted: Iterable[Planted], redact: Redact) -> Iterator[Score]:
    """Redact each."""
    for one in planted:
        redacted = redact(one.text)
        yield Score(one.form, _is_gone(one, redacted), _is_exact(one, redacted), one, redacted)


def _is_gone(one: Planted, redacted: str) -> bool:
    left = PLACEHOLDER.sub("\n", redacted)
    size = min(_PIECE, len(one.secret))
    pieces = {one.secret[at : at + size] for at in range(len(one.secret) - size + 1)}
    return not any(piece in left and piece not in one.before + "\n" + one.after for piece in pieces)


def _is_exact(one: Planted, redacted: str) -> bool:
    middle = redacted.removeprefix(one.before).removesuffix(one.after)
    return len(middle) == len(redacted) - len(one.before) - len(one.after) and bool(PLACEHOLDER.fullmatch(middle))


def recall(scores: Iterable[Score]) -> dict[str, float]:
    """Return for each form which share is gone."""
    forms: dict[str, list[bool]] = {}
    for one in scores:
        forms.setdefault(one.form, []).append(one.gone)
    return {form: sum(gone) / len(gone) for form, gone in forms.items()}


def mean(shares: Iterable[float]) -> float:
    """Return the mean; 0 of nothing."""
    known = list(shares)
    return sum(known) / len(known) if known else 0.0


def some(chance: random.Random, length: int, alphabet: str) -> str:
    """Draw letters."""
    return "".join(chance.choices(alphabet, k=length))

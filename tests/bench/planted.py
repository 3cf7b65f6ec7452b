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
    for sample in planted:
        redacted = redact(sample.text)
        yield Score(sample.form, _is_gone(sample, redacted), _is_exact(sample, redacted), sample, redacted)


def _is_gone(sample: Planted, redacted: str) -> bool:
    left = PLACEHOLDER.sub("\n", redacted)
    size = min(_PIECE, len(sample.secret))
    pieces = {sample.secret[at : at + size] for at in range(len(sample.secret) - size + 1)}
    return not any(piece in left and piece not in sample.before + "\n" + sample.after for piece in pieces)


def _is_exact(sample: Planted, redacted: str) -> bool:
    middle = redacted.removeprefix(sample.before).removesuffix(sample.after)
    return len(middle) == len(redacted) - len(sample.before) - len(sample.after) and bool(PLACEHOLDER.fullmatch(middle))


def recall(scores: Iterable[Score]) -> dict[str, float]:
    """Return for each form which share is gone."""
    forms: dict[str, list[bool]] = {}
    for result in scores:
        forms.setdefault(result.form, []).append(result.gone)
    return {form: sum(gone) / len(gone) for form, gone in forms.items()}


def mean(shares: Iterable[float]) -> float:
    """Return the mean; 0 of nothing."""
    known = list(shares)
    return sum(known) / len(known) if known else 0.0


def some(chance: random.Random, length: int, alphabet: str) -> str:
    """Draw letters."""
    return "".join(chance.choices(alphabet, k=length))

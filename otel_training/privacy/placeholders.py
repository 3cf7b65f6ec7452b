"""Placeholders: what stands in texts instead of secrets, one for each secret in whatever spelling."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from otel_training.privacy.pattern import PLACEHOLDER

_BLANKS: Final = dict.fromkeys(map(ord, " -\u00a0\u202f"))
_NO_DIGIT: Final = re.compile(r"\(0\)|[^0-9]+")


@dataclass(slots=True)
class Placeholders:
    """The placeholders of the records that belong together: an extraction, its calls, its corrections."""

    _known: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)  # by type, then by spelling
    _last: dict[str, int] = field(default_factory=dict, repr=False)
    _literal: set[str] = field(default_factory=set, repr=False)

    def reserve(self, value: Any) -> None:
        """Never give out placeholders that a text, or parsed JSON, contains already: they came from the host."""
        waiting = [value]
        for inner in waiting:
            if isinstance(inner, str):
                if "<" in inner:
                    self._literal.update(match[0] for match in PLACEHOLDER.finditer(inner))
            elif isinstance(inner, (dict, list)):
                waiting += inner.values() if isinstance(inner, dict) else inner

    def choose(self, kind: str, secret: str) -> str:
        """Return the placeholder of a secret: the one that it has, or the next."""
        known, spellings = self._known.setdefault(kind, {}), _spellings(kind, secret)
        chosen = next(filter(None, map(known.get, spellings)), None) or self._next(kind)
        for spelling in spellings:
            known.setdefault(spelling, chosen)
        return chosen

    def _next(self, kind: str) -> str:
        while True:
            self._last[kind] = number = self._last.get(kind, 0) + 1
            if (chosen := f"<{kind}_{number}>") not in self._literal:
                return chosen


def _spellings(kind: str, secret: str) -> list[str]:
    """Return the common form of all spellings of a secret; for a phone number also without the country's code."""
    if kind == "PHONE":
        digits = _NO_DIGIT.sub("", secret.partition("x")[0])  # without an extension
        national = digits.lstrip("0")
        is_international = secret.lstrip("(").startswith("+") or digits.startswith("00")
        return [national[cut:] for cut in range(4 if is_international else 1)]
    if kind in ("CARD", "IBAN"):
        return [secret.translate(_BLANKS)]
    return [secret.casefold() if kind in ("EMAIL", "IP") else secret]

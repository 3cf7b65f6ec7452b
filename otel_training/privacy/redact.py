"""Redaction: secrets and personal data in texts become placeholders, the same for the same."""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from otel_training._turn import Turn
from otel_training.conventions import Content
from otel_training.privacy.pattern import Pattern, Span, matches
from otel_training.privacy.rules import Rules

_PASSES: Final = 4
_DEPTH: Final = 16
_ESCAPE: Final = re.compile(r'\\(?:[nrtbf"/\\]|u[0-9a-fA-F]{4})')
_IDS: Final = frozenset({"id", "insight_id", "extraction_id"})
_RULES: Final = Rules()


@dataclass(slots=True)
class Redactor:
    """Redacts the texts of one record: in all of them the same secret has the same placeholder."""

    rules: Rules = field(default=_RULES, repr=False)
    turn: Turn | None = field(default=None, repr=False)
    """Beside a host's threads: ended after each pattern."""
    counts: dict[str, int] = field(default_factory=dict)
    """Replacements made so far, by type."""
    _known: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    """Placeholders by type and secret."""

    @property
    def count(self) -> int:
        """Replacements made so far."""
        return sum(self.counts.values())

    def text(self, text: str) -> str:
        """Replace what looks like e-mail, phone, IP address, card, IBAN, key or token by `<TYPE_n>`.

        What a replacement lays bare is looked at again, so that redacting twice changes nothing.
        Under `content=full` the text comes back as it is, under `content=none` an empty one.
        """
        return "" if self.rules.content is Content.NONE else self.redacted(text)

    def redacted(self, text: str) -> str:
        """Do the same, but keep the text under `content=none`, too: for what links records."""
        if self.rules.content is Content.FULL:
            return text
        for _ in range(_PASSES):
            before, seen = text, _unescaped(text)
            for pattern in _wanted(self.rules.patterns, seen):
                changed = self._replaced(pattern, text, seen)
                if self.turn is not None:
                    self.turn.end()
                if changed is not text:
                    text, seen = changed, _unescaped(changed)
            if text == before:
                break
        return text

    def value(self, value: Any, depth: int = _DEPTH) -> Any:
        """Redact every text in parsed JSON, but those under `id`, `insight_id`, `extraction_id`."""
        if self.rules.content is not Content.REDACTED:
            return value if self.rules.content is Content.FULL else None
        if isinstance(value, str):
            return self.text(value)
        if depth == 0:
            return None
        if isinstance(value, list):
            return [self.value(item, depth - 1) for item in value]
        if isinstance(value, dict):
            return {
                key: item if key in _IDS and not isinstance(item, (list, dict)) else self.value(item, depth - 1)
                for key, item in value.items()
            }
        return value

    def _replaced(self, pattern: Pattern, text: str, seen: str) -> str:
        pieces: list[str] = []
        end, find, known = 0, pattern.find, self._known.setdefault(pattern.type, {})
        kept = [] if self.rules.allowed is None else [one.span() for one in self.rules.allowed.finditer(text)]
        for match in matches(pattern.regex, seen) if pattern.sliced else pattern.regex.finditer(seen):
            span = match.span() if find is None else find(match)
            if span is None or (kept and _within(span, kept)):
                continue
            # An address is read backwards, no further than to where the one before it ends.
            secret = text[max(span[0], end) : span[1]]
            placeholder = known.get(secret)
            if placeholder is None:
                placeholder = known[secret] = f"<{pattern.type}_{len(known) + 1}>"
            pieces += (text[end : span[1] - len(secret)], placeholder)
            end = span[1]
        if end:
            self.counts[pattern.type] = self.counts.get(pattern.type, 0) + len(pieces) // 2
        return "".join((*pieces, text[end:])) if end else text


def _wanted(patterns: tuple[Pattern, ...], text: str) -> Iterator[Pattern]:
    """Leave out the patterns that cannot match; a replacement adds nothing that they need."""
    lower = text.lower()
    opened: dict[object, bool] = {None: True}
    for pattern in patterns:
        gate = pattern.gate
        if pattern.hints and not any(hint in lower for hint in pattern.hints):
            continue
        if gate is not None and gate not in opened:
            opened[gate] = next(matches(gate, text), None) is not None
        if opened[gate]:
            yield pattern


def _unescaped(text: str) -> str:
    """Blank JSON's escapes out, each as long as it was: the `n` of a line end is no part of what follows."""
    return _ESCAPE.sub(lambda escape: "\n" * len(escape[0]), text) if "\\" in text else text


def _within(span: Span, kept: list[Span]) -> bool:
    at = bisect_right(kept, (span[0], sys.maxsize)) - 1
    return at >= 0 and span[1] <= kept[at][1]

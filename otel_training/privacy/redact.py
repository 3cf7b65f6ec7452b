"""Redaction: secrets and personal data in texts become placeholders, the same for the same."""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from otel_training._turn import Turn
from otel_training.conventions import Content
from otel_training.privacy.pattern import Extent, Pattern, find_matches
from otel_training.privacy.rules import Rules

_PASSES: Final = 4
_DEPTH: Final = 16
_ESCAPE: Final = re.compile(r'\\(?:[nrtbf"/\\]|u[0-9a-fA-F]{4})')
_ID_KEYS: Final = frozenset({"id", "insight_id", "extraction_id"})
_RULES: Final = Rules()


@dataclass(slots=True)
class Redactor:
    """Redacts the texts of one record: in all of them the same secret has the same placeholder."""

    rules: Rules = field(default=_RULES, repr=False)
    turn: Turn | None = field(default=None, repr=False)
    """Ended after each pattern, so that a host's threads may run; None where nobody waits."""
    counts: dict[str, int] = field(default_factory=dict)
    """Replacements made so far, by type."""
    _known: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    """Placeholders by type and secret."""

    @property
    def count(self) -> int:
        """Replacements made so far."""
        return sum(self.counts.values())

    def redact(self, text: str) -> str:
        """Replace what looks like e-mail, phone, IP address, card, IBAN, key or token by `<TYPE_n>`.

        What a replacement lays bare is looked at again, so that redacting twice changes nothing.
        Under `content=full` the text comes back as it is, under `content=none` an empty one.
        """
        return "" if self.rules.content is Content.NONE else self.replace_secrets(text)

    def replace_secrets(self, text: str) -> str:
        """Replace secrets as `redact` does, but keep the rest under `content=none`, too: for what links records."""
        if self.rules.content is Content.FULL:
            return text
        for _ in range(_PASSES):
            before, searched = text, _blank_escapes(text)
            for pattern in _applicable(self.rules.patterns, searched):
                replaced = self._replace(pattern, text, searched)
                if self.turn is not None:
                    self.turn.end()
                if replaced is not text:
                    text, searched = replaced, _blank_escapes(replaced)
            if text == before:
                break
        return text

    def redact_json(self, value: Any, depth: int = _DEPTH) -> Any:
        """Redact every text in parsed JSON, but those under `id`, `insight_id`, `extraction_id`."""
        if self.rules.content is not Content.REDACTED:
            return value if self.rules.content is Content.FULL else None
        if isinstance(value, str):
            return self.redact(value)
        if depth == 0:
            return None
        if isinstance(value, list):
            return [self.redact_json(item, depth - 1) for item in value]
        if isinstance(value, dict):
            return {
                key: self.redact_json(item, depth - 1)
                if key not in _ID_KEYS or isinstance(item, (list, dict))
                else item
                for key, item in value.items()
            }
        return value

    def _replace(self, pattern: Pattern, text: str, searched: str) -> str:
        """Replace what a pattern finds in `searched`, which is `text` with its escapes blanked out."""
        pieces: list[str] = []
        end, find, known = 0, pattern.find, self._known.setdefault(pattern.type, {})
        allowed = [] if self.rules.allowed is None else [match.span() for match in self.rules.allowed.finditer(text)]
        for match in find_matches(pattern.regex, searched) if pattern.sliced else pattern.regex.finditer(searched):
            extent = match.span() if find is None else find(match)
            if extent is None or (allowed and _is_within(extent, allowed)):
                continue
            # An address is read backwards, no further than to where the one before it ends.
            secret = text[max(extent[0], end) : extent[1]]
            placeholder = known.get(secret)
            if placeholder is None:
                placeholder = known[secret] = f"<{pattern.type}_{len(known) + 1}>"
            pieces += (text[end : extent[1] - len(secret)], placeholder)
            end = extent[1]
        if end:
            self.counts[pattern.type] = self.counts.get(pattern.type, 0) + len(pieces) // 2
        return "".join((*pieces, text[end:])) if end else text


def _applicable(patterns: tuple[Pattern, ...], text: str) -> Iterator[Pattern]:
    """Leave out the patterns that cannot match; a replacement adds nothing that they need."""
    lower = text.lower()
    gates: dict[object, bool] = {None: True}
    for pattern in patterns:
        gate = pattern.gate
        if pattern.hints and not any(hint in lower for hint in pattern.hints):
            continue
        if gate is not None and gate not in gates:
            gates[gate] = next(find_matches(gate, text), None) is not None
        if gates[gate]:
            yield pattern


def _blank_escapes(text: str) -> str:
    r"""Blank out JSON's escapes, each as long as it was: the `n` of a `\n` is no part of what follows."""
    return _ESCAPE.sub(lambda escape: "\n" * len(escape[0]), text) if "\\" in text else text


def _is_within(extent: Extent, allowed: list[Extent]) -> bool:
    at = bisect_right(allowed, (extent[0], sys.maxsize)) - 1
    return at >= 0 and extent[1] <= allowed[at][1]

"""Redaction: secrets and personal data in texts become placeholders, the same for the same."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from otel_training.privacy.patterns import LOCAL_LENGTH, LOCAL_PART, PATTERNS, Pattern

VERSION: Final = "1"
"""The version of this pass, told by every record that it ran over."""

_PASSES: Final = 4
_DEPTH: Final = 16
_IDS: Final = frozenset({"id", "insight_id", "extraction_id"})


@dataclass(slots=True)
class Redactor:
    """Redacts the texts of one record: in all of them the same secret has the same placeholder."""

    count: int = 0
    """Replacements made so far."""
    _known: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _numbers: dict[str, int] = field(default_factory=dict, repr=False)

    def text(self, text: str) -> str:
        """Replace what looks like e-mail, phone, IP address, card, key or token by `<TYPE_n>`.

        What a replacement lays bare is looked at again, so that redacting twice changes nothing.
        """
        for _ in range(_PASSES):
            before = text
            lower = text.lower()
            for pattern in PATTERNS:
                if any(hint in lower for hint in pattern.hints):
                    text = self._replaced(pattern, text)
            if text == before:
                break
        return text

    def value(self, value: Any, depth: int = _DEPTH) -> Any:
        """Redact every text in parsed JSON, but those under `id`, `insight_id`, `extraction_id`."""
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

    def _replaced(self, pattern: Pattern, text: str) -> str:
        pieces, end = [], 0
        for match in pattern.regex.finditer(text):
            if pattern.check is not None and not pattern.check(match):
                continue
            start, stop = _span(pattern, match, end)
            pieces += [text[end:start], self._placeholder(pattern.type, text[start:stop])]
            end = stop
        return "".join([*pieces, text[end:]]) if end else text

    def _placeholder(self, kind: str, secret: str) -> str:
        self.count += 1
        known = self._known.get((kind, secret))
        if known is None:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            known = self._known[kind, secret] = f"<{kind}_{self._numbers[kind]}>"
        return known


def _span(pattern: Pattern, match: re.Match[str], end: int) -> tuple[int, int]:
    """Say which part of a match is the secret."""
    if pattern.type == "EMAIL":
        begin = max(end, match.start() - LOCAL_LENGTH)
        local = LOCAL_PART.search(match.string[begin : match.start()])
        return (begin + local.start() if local else match.start()), match.end()
    named = next((name for name, found in match.groupdict().items() if found is not None), None)
    return match.span(named) if named else match.span()

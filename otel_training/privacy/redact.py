"""Redaction: secrets and personal data in texts become placeholders, the same for the same."""

from dataclasses import dataclass, field
from typing import Any, Final

from otel_training._turn import Turn
from otel_training.conventions import Content
from otel_training.privacy.rules import Rules
from otel_training.privacy.search import find_secrets

_DEPTH: Final = 16
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
        pieces: list[str] = []
        end = 0
        for start, stop, kind in find_secrets(text, self.rules, self.turn):
            pieces += (text[end:start], self._placeholder(kind, text[start:stop]))
            end = stop
        return "".join((*pieces, text[end:])) if pieces else text

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

    def _placeholder(self, kind: str, secret: str) -> str:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        known = self._known.setdefault(kind, {})
        return known.setdefault(secret, f"<{kind}_{len(known) + 1}>")

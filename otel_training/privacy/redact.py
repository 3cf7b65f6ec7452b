"""Redaction: secrets and personal data in texts become placeholders, the same for the same."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from otel_training._turn import Turn
from otel_training.conventions import Content
from otel_training.privacy.json_text import Part, Span, between, spans_with
from otel_training.privacy.normal import normal_form, without_secrets
from otel_training.privacy.pattern import Secret
from otel_training.privacy.placeholders import Placeholders
from otel_training.privacy.rules import Rules
from otel_training.privacy.search import find_secrets, look_at

_DEPTH: Final = 16
_LINKING: Final = frozenset({"insight_id", "extraction_id"})
_LONG: Final = 10**6  # smaller numbers are neither cards nor phone numbers
_NAME: Final = 16  # a key of a JSON object that is a plain word up to this length holds no secret
_SHORT: Final = 128
_TELLING: Final = re.compile(r"(?i)pass|pwd|secret|key|token|phone|tel|fax|mobil|cell")
"""Parts of names of fields whose text may be a secret that only the name gives away."""
_RULES: Final = Rules()


@dataclass(slots=True)
class Redactor:
    """Redacts the texts of one record: in all of them the same secret has the same placeholder."""

    rules: Rules = field(default=_RULES, repr=False)
    turn: Turn | None = field(default=None, repr=False)
    """Lets the host's threads run after each pattern; None where nobody waits."""
    placeholders: Placeholders = field(default_factory=Placeholders, repr=False)
    counts: dict[str, int] = field(default_factory=dict)  # replacements made so far, by type
    _secrets: dict[str, Sequence[Secret]] = field(default_factory=dict, repr=False)
    """Secrets by text: the texts of a record repeat one another."""
    _normal: dict[str, str] = field(default_factory=dict, repr=False)  # the normal form without secrets by text

    @property
    def count(self) -> int:
        """Replacements made so far."""
        return sum(self.counts.values())

    def redact(self, text: str) -> str:
        """Replace what looks like e-mail, phone, IP address, card, IBAN, key or token by `<TYPE_n>`.

        What a replacement lays bare is looked at again, so that redacting twice changes nothing; JSON
        in the text stays JSON. Under `content=full` the text comes back as it is, under `content=none`
        an empty one.
        """
        return "" if self.rules.content is Content.NONE else self.replace_secrets(text)

    def replace_secrets(self, text: str) -> str:
        """Replace secrets as `redact` does, but keep the rest under `content=none`, too: for what links records."""
        if self.rules.content is Content.FULL:
            return text
        if "<" in text:
            self.placeholders.reserve(text)
        secrets = self._find(text)
        if not secrets:
            return text
        pieces: list[str] = []
        end = 0
        for span, parts in spans_with(text, secrets) if "{" in text or "[" in text else ():
            pieces += (self._replace(text, end, span.start, secrets), self._replace_in_json(text, span, parts))
            end = span.end
        return "".join((*pieces, self._replace(text, end, len(text), secrets)))

    def replace_alone(self, text: str) -> str:
        """Replace secrets as `replace_secrets` does, numbered for themselves: the same wherever the text stands."""
        if self.rules.content is Content.FULL or not self._find(text):
            return text
        return Redactor(self.rules, self.turn).replace_secrets(text)

    def look_at(self, text: str, others: Sequence[str]) -> None:
        """Look at a text and short ones beside it in one pass: most of those hold no secret."""
        # Unless it is redacted it need not be searched.
        text = text if self.rules.content is Content.REDACTED else ""
        places, clean = look_at((text, *others), self.rules)
        self._secrets.update(dict.fromkeys(clean, ()))
        if places is not None:
            self._secrets[text] = find_secrets(text, self.rules, self.turn, places)

    def normal_form(self, text: str) -> str:
        """Return a text's normal form without secrets, of which digests are made: the same under all settings."""
        normal = self._normal.get(text)
        if normal is None:
            # What is allowed counts as a secret there.
            allows = self.rules.allowed is not None
            normal = without_secrets(text, self.rules.custom) if allows else normal_form(text, self._find)
            self._normal[text] = normal
        return normal

    def redact_json(self, value: Any) -> Any:
        """Redact every text in parsed JSON, keys and long integers included, but what links records.

        Of a list the last item is numbered first: of messages it holds the source. Of a text under `id`
        only an address or a key is replaced: a number is an id like any other.
        """
        if self.rules.content is not Content.REDACTED:
            return value if self.rules.content is Content.FULL else None
        if isinstance(value, list):
            return [self._redact_value(item, "", _DEPTH) for item in reversed(value)][::-1]
        return self._redact_value(value, "", _DEPTH)

    def _redact_value(self, value: Any, key: str, depth: int) -> Any:
        if isinstance(value, str):
            return self._redact_field(key, value)
        if isinstance(value, int) and abs(value) >= _LONG:
            text = str(value)
            return value if (redacted := self._redact_field(key, text)) == text else redacted
        if not isinstance(value, (list, dict)):
            return value
        if depth == 0:
            return None
        if isinstance(value, list):
            return [self._redact_value(item, key, depth - 1) for item in value]
        return {self._redact_key(name): self._redact_value(item, name, depth - 1) for name, item in value.items()}

    def _redact_key(self, key: str) -> str:
        return key if len(key) <= _NAME and key.isidentifier() else self.replace_secrets(key)

    def _redact_field(self, key: str, text: str) -> str:
        """Redact a text under its name, which alone may show that it is a password or a phone number."""
        if key in _LINKING or (key == "id" and text[:1] in "+0123456789"):
            return text
        redacted = self.replace_secrets(text)
        if redacted != text or len(text) > _SHORT or '"' in text or not _TELLING.search(key):
            return redacted
        named = f"{key}: {text}" if text.isdigit() else f'{key}: "{text}"'
        at = named.index(text, len(key))
        secrets = [secret for secret in self._find(named) if secret.start >= at]
        return self._replace(named, at, at + len(text), secrets)

    def _find(self, text: str) -> Sequence[Secret]:
        secrets = self._secrets.get(text)
        if secrets is None:
            secrets = self._secrets[text] = find_secrets(text, self.rules, self.turn)
        return secrets

    def _replace_in_json(self, text: str, span: Span, parts: list[Part] | None) -> str:
        if parts is not None:
            pieces: list[str] = []
            end = span.start
            for (start, stop, kind), is_text in parts:
                placeholder = self._placeholder(kind, text[start:stop])
                pieces += (text[end:start], placeholder if is_text else f'"{placeholder}"')
                end = stop
            replaced = "".join((*pieces, text[end : span.end]))
            with suppress(ValueError, RecursionError):
                json.loads(replaced)
                return replaced
        return json.dumps(self._redact_value(span.value, "", _DEPTH), ensure_ascii=False)

    def _replace(self, text: str, start: int, end: int, secrets: Sequence[Secret]) -> str:
        """Return a part of a text with placeholders."""
        pieces: list[str] = []
        at = start
        for first, last, kind in secrets[slice(*between(secrets, start, end))]:
            pieces += (text[at:first], self._placeholder(kind, text[max(at, first) : min(last, end)]))
            at = min(last, end)
        return "".join((*pieces, text[at:end]))

    def _placeholder(self, kind: str, secret: str) -> str:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return self.placeholders.choose(kind, secret)

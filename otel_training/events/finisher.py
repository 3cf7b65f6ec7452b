"""The finisher: key, rules and memory by which records are turned into events."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from otel_training import conventions as names
from otel_training._turn import Turn
from otel_training.privacy.identity import Key, pseudonym
from otel_training.privacy.placeholders import Placeholders
from otel_training.privacy.redact import Redactor
from otel_training.privacy.rules import Rules
from otel_training.record.fields import as_id
from otel_training.record.record import Record, Scalar

Attributes: TypeAlias = dict[str, Scalar | None]

LINKS_REMEMBERED: Final = 100_000
LINKS_OF_AN_ID: Final = 100
"""How often an id is linked anew by one process, as a feed may show two texts in turn; beyond, `LINKS_AN_HOUR`."""
LINKS_AN_HOUR: Final = 3
"""So many in turn show a settling that the id is in doubt; one each hour would look like an id that is used anew."""
_HOUR: Final = 3_600_000_000_000
EXTRACTIONS_REMEMBERED: Final = 1_000
NOBODY: Final = frozenset({"undefined", "null", "None", "NaN", "[object Object]"})
"""What JavaScript and Python write where there is no id: taken for one, all readers would be the same."""


@dataclass(slots=True)
class Finisher:
    """The key, the rules and the memory by which one process finishes its records."""

    key: Key
    content_limit: int
    rules: Rules = field(default_factory=Rules)
    linked: dict[str, tuple[object, int, int]] = field(default_factory=dict)
    """By app id, oldest first, what it was linked to last, when, and how often it was in all."""
    placeholders: dict[str, Placeholders] = field(default_factory=dict)
    """By extraction, oldest first: what belongs to it, its calls and corrections, shares them."""
    turn: Turn | None = None  # lets the host's threads run between patterns; None where nobody waits

    def redactor(self, record: Record) -> Redactor:
        """Make the redactor of one record, with the placeholders of the extraction that it belongs to."""
        extraction = str(record.attributes.get(names.EXTRACTION_ID) or "")
        placeholders = self.placeholders.pop(extraction, None) or Placeholders()
        if extraction:
            self.placeholders[extraction] = placeholders
            if len(self.placeholders) > EXTRACTIONS_REMEMBERED:
                del self.placeholders[next(iter(self.placeholders))]
        content = record.content
        placeholders.reserve(content.decode(errors="replace") if isinstance(content, bytes) else content)
        return Redactor(self.rules, self.turn, placeholders)

    def reader_attributes(self, *candidates: object) -> Attributes:
        """Return the pseudonym of the first candidate that is an id, and not `undefined`; nothing where none is."""
        for candidate in candidates:
            reader = as_id(candidate)
            if reader is not None and reader not in NOBODY:
                return {names.USER_HASH: pseudonym(self.key, reader), names.USER_KEY_ID: self.key.id}
        return {}

    def is_new_link(self, identity: str, insight: object, time: int, limit: int = LINKS_OF_AN_ID) -> bool:
        """Whether an app's id stands for something else than it was linked to last; from now on it is linked to it."""
        before, since, count = self.linked.pop(identity, (None, 0, 0))
        if time - since > _HOUR:
            count = min(count, limit - LINKS_AN_HOUR)
        is_new = count < limit and (insight != before or time < since)
        if len(self.linked) >= LINKS_REMEMBERED:
            del self.linked[next(iter(self.linked))]
        self.linked[identity] = (insight, time, count + 1) if is_new else (before, since, count)
        return is_new

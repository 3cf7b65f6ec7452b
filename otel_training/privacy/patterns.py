"""All patterns, in the order of search: what the first takes, the next do not see."""

from typing import Final

from otel_training.privacy.email import EMAIL
from otel_training.privacy.keys import KEYS
from otel_training.privacy.numbers import CARD, IBAN, IP4, IP6
from otel_training.privacy.pattern import Pattern
from otel_training.privacy.phones import PHONES

PATTERNS: Final[tuple[Pattern, ...]] = (*KEYS, EMAIL, IBAN, CARD, IP4, IP6, *PHONES)

"""All patterns, in the order of search: what the first takes, the next do not see."""

import re
import unicodedata
from functools import cache

from otel_training.privacy.email import EMAIL
from otel_training.privacy.keys import key_patterns
from otel_training.privacy.numbers import CARD, IBAN, IP4, IP6
from otel_training.privacy.pattern import Pattern
from otel_training.privacy.phones import PHONES


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return all patterns in the order of search."""
    return (*key_patterns(), EMAIL, IBAN, CARD, IP4, IP6, *PHONES)


@cache
def foreign() -> str:
    """Return what matches, without ASCII, texts that hold digits or words of other scripts than Latin."""
    digits = "".join(map(chr, range(0x80, 0x11000)))
    zeros = [digit for digit in digits if unicodedata.category(digit) == "Nd" and unicodedata.digit(digit) == 0]
    words = [re.sub("[ -~]+", "", word) for number in with_words() for word in patterns()[number].words]
    return "|".join([f"[{''.join(f'{zero}-{chr(ord(zero) + 9)}' for zero in zeros)}]", *words])


@cache
def with_words() -> tuple[int, ...]:
    """Return the numbers of the patterns that have words instead of a gate."""
    return tuple(number for number, pattern in enumerate(patterns()) if pattern.words)

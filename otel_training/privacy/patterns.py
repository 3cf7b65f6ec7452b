"""All patterns, in the order of search: what the first takes, the next do not see."""

import re
import unicodedata
from functools import cache
from typing import Final

from otel_training.privacy.keys import key_patterns
from otel_training.privacy.numbers import CARD, IBAN, IP4, IP6
from otel_training.privacy.pattern import Extent, Pattern
from otel_training.privacy.phones import PHONES

_LOCAL: Final = re.compile(r"[\w.%+'\-]+")
_LOCAL_LENGTH: Final = 64  # characters of an address before its @ (RFC 5321)


def _find_address(match: re.Match[str]) -> Extent | None:
    text, at = match.string, match.start()
    local = _LOCAL.match(text[max(0, at - _LOCAL_LENGTH) : at][::-1])
    start = at - (local.end() if local else 0)
    # A handle such as `@jo@mastodon.social` is public.
    is_handle = text[start - 1 : start] == "@" and not text[max(0, start - 2) : start - 1].isalnum()
    return None if is_handle else (start, match.end())


EMAIL: Final = Pattern(
    "EMAIL",
    # Found at the @, then backwards: a pattern that begins with the local part is quadratic.
    r"@(?<=[\w.%+'\-]@)(?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![^\W_])",
    r"[\w.%+'\-?]@[\w\-?]+\.",
    hints=("@",),
    reach=600,
    find=_find_address,
)


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

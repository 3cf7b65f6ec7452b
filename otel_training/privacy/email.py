"""What e-mail addresses look like."""

import re
from typing import Final

from otel_training.privacy.pattern import Extent, Pattern

_LOCAL: Final = re.compile(r"[\w.%+'\-]+")
_LOCAL_LENGTH: Final = 64
"""Characters of an address before its @ (RFC 5321)."""


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

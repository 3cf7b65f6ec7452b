"""What private keys look like in PEM."""

import re
from typing import Final

from otel_training.privacy.pattern import Extent, Pattern

_BORDER: Final = re.compile(r"-----(?:BEGIN|(?P<end>END)) [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
# Headers such as `DEK-Info:`, then lines of Base64, the last one shorter.
_LINES: Final = re.compile(
    r"(?:\s{1,8}[A-Za-z\-]{4,20}:[^\n]{0,120}(?=\n)){0,4}(?:\s{0,8}[A-Za-z0-9+/=]{16,})++(?:\s{1,8}[A-Za-z0-9+/=]{1,64}\b=*)?"
)
_BASE64: Final = re.compile(r"(?=[a-z+/=]{0,64}[A-Z0-9])(?=[A-Z0-9+/=]{0,64}[a-z0-9])[A-Za-z0-9+/=]{16,}")


def _find_block(match: re.Match[str]) -> Extent | None:
    """Find a private key to its end, or the lines of one that was cut off; a mention of its first line is none."""
    text, begin = match.string, match.end()
    border = _BORDER.search(text, begin)
    if border is not None and border["end"] and _is_key(text[begin : border.start()]):
        return match.start(), border.end()
    lines = _LINES.match(text, begin)
    return (match.start(), lines.end()) if lines and _is_key(lines[0]) else None


def _is_key(body: str) -> bool:
    """Return whether a text is mostly Base64, or one word in a line of its own."""
    words = body.split()
    return sum(len(word) for word in words if _BASE64.fullmatch(word)) * 3 > len("".join(words)) or (
        len(words) == 1 and body[0].isspace() and body[-1].isspace() and "\n" in body
    )


_FIRST: Final = r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
BLOCK: Final = Pattern("KEY", _FIRST, _FIRST, hints=("private key",), before=64, find=_find_block)

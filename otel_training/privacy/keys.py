"""What keys and tokens look like."""

import re
from typing import Final

from otel_training.privacy.pattern import Extent, Pattern, named_group

# The first letter spelt out in both cases: with IGNORECASE `re` does not skip to it.
_NAMES: Final = (
    r"[PpSsAaTt](?i:(?<=p)(?:ass(?:word|wd|phrase)|wd|rivate[_\-]?key)|(?<=s)ecret(?:[_\-]?key)?"
    r"|(?<=a)(?:pi|ccess)[_\-]?key|(?<=t)oken)"
)

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


KEYS: Final = (
    Pattern(
        "KEY",
        re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"),
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----",
        find=_find_block,
    ),
    # Not every `sk-` with dashes: addresses of articles on SK Hynix begin so too.
    Pattern(
        "KEY",
        re.compile(
            r"[sr]k[_\-](?<![A-Za-z0-9]...)(?:(?<=sk-)(?:ant-[\w\-]{8,}|(?:proj|svcacct|admin|or-v1)-[\w\-]{16,}"
            r"|(?=[A-Za-z]{0,200}\d)[A-Za-z0-9]{16,})|(?<=_)(?:live|test)_[A-Za-z0-9]{16,})",
            re.ASCII,
        ),
        r"sk-(?:ant-|proj-|svcacct-|admin-|or-v1-|[A-Za-z0-9]{16})|[sr]k_(?:live|test)_",
        reach=256,
    ),
    Pattern("KEY", re.compile(r"A(?:KIA|SIA)(?<![A-Za-z0-9]A.IA)[A-Z0-9]{12,}(?![a-z])"), r"A(?:KIA|SIA)[A-Z0-9]{12}"),
    Pattern(
        "KEY",
        re.compile(
            r"gh(?<![A-Za-z0-9]gh)[pousr]_[A-Za-z0-9]{16,}|github_pat_(?<![A-Za-z0-9]github_pat_)\w{20,}", re.ASCII
        ),
        r"gh[pousr]_[A-Za-z0-9]{16}|github_pat_\w{20}",
    ),
    Pattern("KEY", re.compile(r"xox(?<![A-Za-z0-9]xox)[abeoprs]-[\w\-]{10,}", re.ASCII), r"xox[abeoprs]-"),
    Pattern("KEY", re.compile(r"AIza(?<![A-Za-z0-9]AIza)[\w\-]{30,}", re.ASCII), r"AIza[\w\-]{30}"),
    Pattern(
        "KEY", re.compile(r"eyJ(?<![\w\-]eyJ)[\w\-]{8,}(?:\.[\w\-]{2,}(?:\.[\w\-]*)?)?", re.ASCII), r"eyJ[\w\-]{8}"
    ),
    Pattern(
        "KEY",
        re.compile(
            r"[Aa](?<!\w.)(?i:uthorization):\s{0,4}(?:(?i:bearer)\s{1,4}|(?i:basic)\s{1,4}(?=[a-z]{0,200}[A-Z0-9=+/]))"
            r"(?P<secret>[\w.~+/=\-]{12,})"
            r"|[Bb](?<!\w.)(?i:earer)\s{1,4}(?=[^\s\d]{0,200}\d)(?P<bearer>[\w.~+/=\-]{12,})",
            re.ASCII,
        ),
        r"(?i)authorization:[\t-\r ]{0,4}(?:bearer|basic)|bearer[\t-\r ]{1,4}[\w.~+/=\-]{12}",
        reach=256,
        find=named_group,
    ),
    Pattern(
        "KEY",
        re.compile(
            rf"{_NAMES}[\"']?(?:=(?P<secret>[^\s\"'<>&;,]{{3,}})"
            r"|\s{0,3}[=:]\s{0,3}(?:[\"'](?P<quoted>[^\n\"'<>]{4,})"
            r"|(?P<bare>(?=[^\s\"'<>&;,\d]{0,200}\d)[^\s\"'<>&;,]{8,})))"
        ),
        r"(?i)(?:pass(?:word|wd|phrase)|pwd|private[_\-]?key|secret(?:[_\-]?key)?|(?:api|access)[_\-]?key|token)"
        r"[\"']?[\t-\r ?]{0,3}[=:]",
        reach=256,
        find=named_group,
    ),
    Pattern(
        "KEY", re.compile(r"://(?P<secret>[^\s/?#<>\"']{1,512})@(?=[\w\[])"), r"://[^\t-\r /#<>\"']+@", find=named_group
    ),
)

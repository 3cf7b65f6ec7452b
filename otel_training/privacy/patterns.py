"""What secrets and personal data look like: bounded patterns, each with what rules it in or out.

Every pattern is linear on every text: quantifiers that can fail late are bounded, and a look-behind
keeps a run of one class from being tried again at each of its characters.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

Check: TypeAlias = Callable[["re.Match[str]"], bool]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form of a type of secret; the whole match is replaced, or the group `secret` of it."""

    type: str
    regex: re.Pattern[str]
    hints: tuple[str, ...]
    """Lower-case texts of which one must occur, or nothing is searched."""
    check: Check | None = None


def _is_card(match: re.Match[str]) -> bool:
    """Check the Luhn digit (ISO/IEC 7812-1)."""
    digits = [int(one) for one in match[0] if one.isdigit()]
    doubled = [sum(divmod(2 * one, 10)) for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_ip4(match: re.Match[str]) -> bool:
    """Tell an address from a version number by the word before it, or by an end no host has."""
    if match[0].endswith(".0.0.0"):
        return False
    before = match.string[max(0, match.start() - 12) : match.start()].lower().rstrip()
    return not before.endswith(("version", "release", "build", "firmware", "v.", "ver."))


def _is_ip6(match: re.Match[str]) -> bool:
    groups = [one for one in match[0].split(":") if one]
    if len(groups) < 2 or max(map(len, groups)) < 3:  # noqa: PLR2004 - `10::30` is more often a time
        return False
    try:
        ipaddress.IPv6Address(match[0])
    except ValueError:
        return False
    return True


def _is_international(match: re.Match[str]) -> bool:
    """Tell a number to dial from a round figure and from decimals in a row."""
    digits = [one for one in match[0] if one.isdigit()]
    mixed = "." in match[0] and not {" ", "-", "/"}.isdisjoint(match[0])
    return 8 <= len(digits) <= 15 and digits[-6:] != ["0"] * 6 and not mixed  # noqa: PLR2004 - E.164


def _has_digits(least: int, most: int) -> Check:
    def check(match: re.Match[str]) -> bool:
        return least <= sum(one.isdigit() for one in match[0]) <= most

    return check


_SENSITIVE_NAME: Final = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|(?:api|access|private|secret)[_\-]?key"
    r"|(?:access|auth|refresh|bearer)?[_\-]?token)"
)

PATTERNS: Final = (
    # A key cut off by the content limit has no end.
    Pattern(
        "KEY",
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?"
            r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)"
        ),
        ("private key",),
    ),
    # Not every `sk-` with dashes: addresses of articles on SK Hynix begin so too.
    Pattern(
        "KEY",
        re.compile(
            r"(?<![A-Za-z0-9])(?:sk-(?:ant-[\w\-]{8,}|(?:proj|svcacct|admin|or-v1)-[\w\-]{16,}"
            r"|(?=[A-Za-z]{0,200}\d)[A-Za-z0-9]{16,})"
            r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,})",
            re.ASCII,
        ),
        ("sk-", "sk_", "rk_"),
    ),
    Pattern("KEY", re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}(?![a-z])"), ("akia", "asia")),
    Pattern(
        "KEY",
        re.compile(r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,})", re.ASCII),
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    Pattern("KEY", re.compile(r"(?<![A-Za-z0-9])xox[abeoprs]-[\w\-]{10,}", re.ASCII), ("xox",)),
    Pattern("KEY", re.compile(r"(?<![A-Za-z0-9])AIza[\w\-]{30,}", re.ASCII), ("aiza",)),
    Pattern("KEY", re.compile(r"(?<![\w\-])eyJ[\w\-]{8,}(?:\.[\w\-]{2,}(?:\.[\w\-]*)?)?", re.ASCII), ("eyj",)),
    Pattern(
        "KEY",
        re.compile(
            r"\b(?:Authorization:\s{0,4}(?:Bearer\s{1,4}|Basic\s{1,4}(?-i:(?=[a-z]{0,200}[A-Z0-9=+/])))|Bearer\s{1,4}(?=[^\s\d]{0,200}\d))"
            r"(?P<secret>[\w.~+/=\-]{12,})",
            re.IGNORECASE | re.ASCII,
        ),
        ("bearer", "authorization"),
    ),
    Pattern(
        "KEY",
        re.compile(
            rf"{_SENSITIVE_NAME}[\"']?(?:=(?P<secret>[^\s\"'<>&;,]{{3,}})"
            r"|\s{0,3}[=:]\s{0,3}(?:[\"'](?P<quoted>[^\n\"'<>]{4,})|(?P<bare>(?=[^\s\"'<>&;,\d]{0,200}\d)[^\s\"'<>&;,]{8,})))",
            re.IGNORECASE,
        ),
        ("pass", "pwd", "secret", "key", "token"),
    ),
    Pattern("KEY", re.compile(r"(?<=://)(?P<secret>[^\s/?#<>\"']{1,512})@(?=[\w\[])"), ("://",)),
    Pattern(
        "EMAIL",
        # Found at the @, then backwards: a pattern that begins with the local part is quadratic.
        re.compile(r"(?<=[\w.%+'\-])@(?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![^\W_])"),
        ("@",),
    ),
    Pattern(
        "CARD",
        # In the groups that cards are printed in, so that an expiry date behind it does not hide it.
        re.compile(
            r"(?<![\w+])(?<!\d[.\-])(?=[3-6]|2[2-7])\d{4}"
            r"(?:(?:[ \-]?\d{4}){2}[ \-]?\d{1,7}|[ \-]?\d{6}[ \-]?\d{4,5})(?!\w|[.\-]\d)",
            re.ASCII,
        ),
        ("2", "3", "4", "5", "6"),
        _is_card,
    ),
    Pattern(
        "IP",
        re.compile(
            r"(?<![\w.])(?<![A-Za-z_]-)(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?!\w|\.\d)",
            re.ASCII,
        ),
        (".",),
        _is_ip4,
    ),
    Pattern(
        "IP",
        re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}|:)(?:::?[0-9A-Fa-f]{1,4}){1,7}(?:::)?(?!:?\w)", re.ASCII),
        (":",),
        _is_ip6,
    ),
    Pattern(
        "PHONE",
        re.compile(r"(?<![A-Za-z_+])\+[1-9]\d{0,3}(?:[ .\-/]?\(?\d{1,9}\)?){1,7}(?!\w)", re.ASCII),
        ("+",),
        _is_international,
    ),
    Pattern(
        "PHONE",
        re.compile(r"(?<![\w.,+\-])00[1-9]\d{0,2}(?:[ .\-/]\(?\d{1,9}\)?){1,7}(?!\w)", re.ASCII),
        ("00",),
        _has_digits(10, 17),
    ),
    Pattern(
        "PHONE",
        re.compile(r"(?<![\w.,+\-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .\-])\d{3}[ .\-]\d{4}(?![\w\-]|\.\d)", re.ASCII),
        ("-", ".", " "),
    ),
    Pattern(
        "PHONE",
        re.compile(
            r"(?<![\w.,+\-])(?!\d{1,2}[./\-]\d{1,2}[./\-]\d)(?!(?:\d\d ){5}\d\d)"
            r"\(?0[1-9]\d{0,3}\)?(?:[ \-/]{1,2}\d{2,8}){1,5}(?!\w|[.,:]\d)",
            re.ASCII,
        ),
        ("0",),
        _has_digits(9, 12),
    ),
)

LOCAL_PART: Final = re.compile(r"[\w.%+'\-]+\Z")
"""The part of an address before its @, looked for in the 64 characters before it (RFC 5321)."""
LOCAL_LENGTH: Final = 64

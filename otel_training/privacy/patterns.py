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
    """Tell an address from a version number by the word before it."""
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


def _has_digits(least: int, most: int) -> Check:
    def check(match: re.Match[str]) -> bool:
        return least <= sum(one.isdigit() for one in match[0]) <= most

    return check


_SENSITIVE_NAME: Final = (
    r"(?:pass(?:word|wd)|pwd|secret|(?:api|access|private|secret)[_\-]?key|(?:access|auth|refresh|bearer)?[_\-]?token)"
)

PATTERNS: Final = (
    # A key cut off by the content limit has no end.
    Pattern(
        "KEY",
        re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"),
        ("private key-----",),
    ),
    Pattern("KEY", re.compile(r"(?<![A-Za-z0-9])sk-(?:ant-[\w\-]{8,}|[\w\-]{16,})", re.ASCII), ("sk-",)),
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
            r"\b(?:Bearer\s{1,4}(?=[^\s\d]{0,200}\d)|Authorization:\s{0,4}Basic\s{1,4})(?P<secret>[\w.~+/=\-]{12,})",
            re.IGNORECASE | re.ASCII,
        ),
        ("bearer", "authorization"),
    ),
    Pattern(
        "KEY",
        re.compile(
            rf"(?<![A-Za-z]){_SENSITIVE_NAME}[\"']?\s{{0,3}}"
            r"(?:=\s{0,3}[\"']?(?P<secret>[^\s\"'<>&;,]{4,})|:\s{0,3}[\"']?(?P<quoted>(?=[^\s\"'<>&;,\d]{0,200}\d)[^\s\"'<>&;,]{8,}))",
            re.IGNORECASE,
        ),
        ("pass", "pwd", "secret", "key", "token"),
    ),
    Pattern("KEY", re.compile(r"(?<=://)(?P<secret>[^\s/@<>]{1,512})@"), ("://",)),
    Pattern(
        "EMAIL",
        # Found at the @, then backwards: a pattern that begins with the local part is quadratic.
        re.compile(r"(?<=[\w.%+'\-])@(?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])"),
        ("@",),
    ),
    Pattern(
        "CARD",
        re.compile(r"(?<![\w.,+\-])(?<!\d )[2-6](?:[ \-]?\d){12,18}(?![\w]|[.,\-]\d)"),
        ("2", "3", "4", "5", "6"),
        _is_card,
    ),
    Pattern(
        "IP",
        re.compile(
            r"(?<![\w.\-])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?!\w|[.\-]\d)",
            re.ASCII,
        ),
        (".",),
        _is_ip4,
    ),
    Pattern("IP", re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])"), (":",), _is_ip6),
    Pattern(
        "PHONE",
        re.compile(r"(?<![\w+])\+[1-9]\d{0,3}(?:[ .\-/]{0,2}\(?\d{1,9}\)?){1,7}(?!\w)"),
        ("+",),
        _has_digits(8, 15),
    ),
    Pattern(
        "PHONE",
        re.compile(r"(?<![\w.,+\-])00[1-9]\d{0,2}(?:[ .\-/]\(?\d{1,9}\)?){1,7}(?!\w)"),
        ("00",),
        _has_digits(10, 17),
    ),
    Pattern(
        "PHONE",
        re.compile(r"(?<![\w.,+\-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .\-])\d{3}[ .\-]\d{4}(?![\w\-]|\.\d)"),
        ("-", ".", " "),
    ),
    Pattern(
        "PHONE",
        re.compile(
            r"(?<![\w.,+\-])(?!\d{1,2}[./\-]\d{1,2}[./\-]\d)\(?0\d{1,4}\)?(?:[ \-/]{1,2}\d{2,8}){1,5}(?!\w|[.,:]\d)"
        ),
        ("0",),
        _has_digits(9, 12),
    ),
)

LOCAL_PART: Final = re.compile(r"[\w.%+'\-]+\Z")
"""The part of an address before its @, looked for in the 64 characters before it (RFC 5321)."""
LOCAL_LENGTH: Final = 64

"""What account numbers, cards and IP addresses look like, each with what proves it."""

import re
import socket
from typing import Final

from otel_training.privacy.pattern import Extent, Pattern, whole_if
from otel_training.privacy.words import is_of_phone, says_card

_RUN: Final = r"[0-9](?:[ ().\-/?]{0,3}[0-9]){6,}"
"""Seven digits in a row or in groups: without them there is neither card nor phone number."""

_SHAPE: Final = bytes.maketrans(b"123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0" * 9 + b"A" * 26)

_GROUP: Final = 6  # digits of the longest group that cards are printed in
_USUAL: Final = range(14, 17)  # digits of most cards: others in one run are a parcel's or an account's, but for a word
_LONG_OR_SHORT: Final = ("4", "5018", "5020", "5038", "5893", "6304", "6390", "6759", "6761", "6762", "6763", "0604")
"""What Visa's numbers and Maestro's begin with, of which some are longer or shorter."""
_URL: Final = 2_048
_PAYS: Final = re.compile(r"(?i)(?:card|pan|cc)\w*=\Z")
_SEPARATORS: Final = dict.fromkeys(map(ord, " -\u00a0\u202f"))
_LETTERS: Final = {ord("A") + at: str(10 + at) for at in range(26)}
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")

# The IBAN registry (ISO 13616), release 99.
_LENGTHS: Final = {
    country: int(line[:2])
    for line in (
        "15 NO", "16 BE", "18 DK FI FK FO GL NL SD", "19 MK SI", "20 AT BA EE KZ LT LU MN XK", "21 CH HR LI LV",
        "22 BG BH CR DE GB GE IE ME RS VA", "23 AE GI IL IQ OM SO TL", "24 AD CZ ES MD PK RO SA SE SK TN VG",
        "25 LY PT ST", "26 IS TR", "27 BI DJ FR GR IT MC MR SM", "28 AL AZ BY CY DO GT HN HU LB NI PL SV",
        "29 BR EG PS QA UA", "30 JO KW MU YE", "31 MT SC", "32 LC", "33 RU",
    )
    for country in line[2:].split()
}  # fmt: skip


def _find_iban(match: re.Match[str]) -> Extent | None:
    """Cut a match at its country's length, whatever is written behind; the remainder by 97 must be 1."""
    length = _LENGTHS.get(match[0][:2], 0)
    number = match[0].translate(_SEPARATORS)[:length]
    if not length or len(number) < length or int((number[4:] + number[:4]).translate(_LETTERS)) % 97 != 1:
        return None
    stop = match.start() + length
    while len(match.string[match.start() : stop].translate(_SEPARATORS)) < length:
        stop += length - len(match.string[match.start() : stop].translate(_SEPARATORS))
    return None if match.string[stop : stop + 1].isalnum() else (match.start(), stop)


# Issuers and the lengths of their numbers: a Luhn digit alone is right in one of ten numbers.
_ISSUED: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720|220[0-5])\d{12}"
    r"|3[47]\d{13}|(?:2131|1800)\d{11}"
    r"|3(?:0[0-59]|[689]\d)\d{11}(?:\d{2})?|35\d{14}"
    r"|(?:6011|64[4-9]\d|65\d\d|62\d\d|81\d\d)\d{12}(?:\d{3})?"
    r"|(?:50\d\d|5[6-8]\d\d|6\d\d\d|0604)\d{8,15}"
)


def _find_card(match: re.Match[str]) -> Extent | None:
    """Find a card's number, with or without the last group: that may be an expiry date behind it."""
    if _is_card(match[0]):
        return None if match[0].isdigit() and _is_id(match) else match.span()
    last = max(match[0].rfind(" "), match[0].rfind("-"))
    return (match.start(), match.start() + last) if last > 0 and _is_card(match[0][:last]) else None


def _is_id(match: re.Match[str]) -> bool:
    """Return whether one run of digits is rather another number: by its length or a word, or an article's in a URL."""
    if url_before(match):
        return _PAYS.search(match.string, max(0, match.start() - _CLOSE), match.start()) is None
    length = len(match[0])
    is_rare = length not in _USUAL and not match[0].startswith(_LONG_OR_SHORT)
    return not says_card(match) and (is_rare or (length < _USUAL[1] and is_of_phone(match) is False))


def url_before(match: re.Match[str]) -> str:
    """Return the URL in which a match stands, to where it begins; an empty text where it stands in none."""
    text, start = match.string, match.start()
    scheme = text.rfind("://", max(0, start - _URL), start)
    before = text[scheme:start] if scheme >= 0 else ""
    return before if len(before) > len("://") and not any(map(str.isspace, before)) else ""


def _is_card(text: str) -> bool:
    """Return whether issuer, length and Luhn digit are a card's (ISO/IEC 7812-1)."""
    groups, digits = text.replace("-", " ").split(), text.translate(_SEPARATORS)
    if len(groups) > 1 and max(map(len, groups)) > _GROUP:
        return False
    if _ISSUED.fullmatch(digits) is None:
        return False
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


_NO_HOST: Final = (
    "version", "release", "build", "firmware", "kernel", "linux", "driver", "firefox", "chrome", "safari", "edge",
    "opera", "android", "ios", "macos", "windows", "python", "java", "v.", "ver.", "section", "sections", "sec.",
    "§", "§§", "article", "articles", "art", "art.", "item", "chapter", "clause", "paragraph", "para.", "par.", "rule",
    "figure", "fig.", "table", "annex", "appendix", "note", "point", "points", "kapitel", "abschnitt", "ziffer",
    "absatz", "artikel", "punkt", "punkte", "pkt", "pkt.", "ust.", "chapitre", "alinéa", "sezione", "articolo", "punto",
    "sección", "artículo", "apartado", "artigo", "seção", "ponto", "lid", "avsnitt", "afsnit", "kohta", "čl.", "článek",
    "odst.", "bod", "pont", "szakasz", "madde", "пункт", "пункта", "раздел", "статья", "статьи", "ст.", "п.", "άρθρο",
)  # fmt: skip
_SMALL: Final = 40
_HEADED: Final = 100
_KNOWN: Final = frozenset({"1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9"})
"""Addresses of small numbers that everybody knows."""
_CLOSE: Final = 24
_PATH: Final = re.compile(r"[MmLlHhVvCcSsQqTtAaZz\d.,\-\s]{16}\Z")
_COMMAND: Final = re.compile(r"\d[A-Za-z]-?\.?\d|\d-\.\d")
_CHANGED: Final = re.compile(
    r"\b(?:updat|upgrad|downgrad|bump|patch)\w*\W{1,4}(?:[\w.]+\W{1,4}){0,3}(?:to|from)\W{0,3}\Z"
)
_HOST: Final = re.compile(
    r"(?:://|@|\b(?:ip|ipv4|host|address|addr|server|from|ping|dns|gateway|client|peer|proxy)\b\W{0,3})\Z"
)
_PORT: Final = re.compile(r":\d|/\d")
_REVISION: Final = re.compile(r"[-+~]\d{1,2}(?![\d.])")
_HEADING: Final = re.compile(r"[ \t]+[^\W\d_a-zà-þ]")


def _is_drawn(before: str) -> bool:
    """Return whether what stands before a number draws a path, as in SVG: figures with a letter between."""
    return _PATH.search(before) is not None and _COMMAND.search(before) is not None


def _is_ip4(match: re.Match[str]) -> bool:
    """Return whether a match is an address: no version or section by what stands around it.

    Small numbers alone are more often those of a section, unless a word says that they are a host's.
    """
    text, start, parts = match.string, match.start(), list(map(int, match[0].split(".")))
    is_path = text[start - 1 : start] == "/" and url_before(match)
    if is_path or match[0].endswith(".0.0.0") or parts[0] == 0 or _REVISION.match(text, match.end()):
        return False
    if _is_drawn(text[max(0, start - _CLOSE) : start]) or _CHANGED.search(text[max(0, start - 48) : start].lower()):
        return False
    before = text[max(0, start - 14) : start].lower()
    words = before.split()
    if words and words[-1].lstrip("(\"'") in _NO_HOST:
        return False
    is_heading = max(parts) < _HEADED and before[-1:] in ("", "\n") and _HEADING.match(text, match.end())
    if parts[0] == 10 or match[0] in _KNOWN or not (is_heading or max(parts) < _SMALL):  # noqa: PLR2004 - a private network
        return True
    return bool(_HOST.search(before) or _PORT.match(text, match.end()))


def _is_ip6(match: re.Match[str]) -> bool:
    groups = [group for group in match[0].split(":") if group]
    if len(groups) < 2 or max(map(len, groups)) < 3:  # noqa: PLR2004 - `10::30` is more often a time
        return False
    try:
        socket.inet_pton(socket.AF_INET6, match[0])
    except OSError:
        return False
    return True


_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# What follows an octet's first digit.
_FIRST: Final = r"(?:(?<=1)\d{0,2}|(?<=2)(?:[0-4]\d?|5[0-5]?|[6-9])?|(?<=[3-9])\d?|(?<=0))"

IBAN: Final = Pattern(
    "IBAN",
    r"(?a)[A-Z][A-Z](?<!\w..)\d\d(?:[ \-\u00a0\u202f]?[A-Z0-9]){11,30}",
    r"[A-Z][A-Z][0-9][0-9][ \-?]?[A-Z0-9]{3}",
    may_match=lambda text: b"AA00" in text.translate(_SHAPE),
    find=_find_iban,
)
CARD: Final = Pattern(
    "CARD",
    # In the groups that cards are printed in.
    r"(?a)[0-68](?<![\w+].)(?<!\d[.\-].)\d{3}"
    r"(?:(?:[ \-]?\d{4}){2}(?:[ \-]?\d{1,4})?(?:[ \-]?\d{1,3})?|[ \-]?\d{6}[ \-]?\d{4,5})(?!\w|[.\-]\d)",
    r"[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{4}|[0-9]{4}[ \-]?[0-9]{6}[ \-]?[0-9]{4}",
    may_match=lambda text: b"0000000" in text.translate(_SHAPE, b" ().-/?"),
    place=_RUN,
    find=_find_card,
)
IP4: Final = Pattern(
    "IP", rf"(?a)[0-9](?<![\w.].)(?<![A-Za-z_]-.){_FIRST}(?:\.{_OCTET}){{3}}(?!\w|\.\d)",
    r"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", before=3, find=whole_if(_is_ip4),
)  # fmt: skip
IP6: Final = Pattern(
    "IP",
    r"(?a)[0-9A-Fa-f:](?<![A-Za-z_]-.)(?:(?<![\w:].)|(?<=[g-zG-Z]:.)|(?<=[g-zG-Z]\w:.)|(?<=[g-zG-Z]\w\w:.))(?:(?<=:)|[0-9A-Fa-f]{0,3})(?:::?[0-9A-Fa-f]{1,4}){1,7}(?:::)?(?!:?\w)",
    r":(?::[0-9A-Fa-f]|[0-9A-Fa-f]{1,4}::|(?:[0-9A-Fa-f]{1,4}:){6})",
    before=40,
    find=whole_if(_is_ip6),
)

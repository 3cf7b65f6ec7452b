"""What phone numbers look like: with a country's code, in national groups, or behind a word for phone.

Out of reach: a number in one run of digits without `+`, `00`, trunk zero or a word for phone before it
(`39150008`, `3420837783`): an order or an article has the same. Groups that are also a way to
write an amount (`609 141 777`) are taken for one where a currency or zeros say so.
"""

import re
from typing import Final

from otel_training.privacy.numbers import RUN
from otel_training.privacy.pattern import Extent, Pattern, whole_if, without_brackets
from otel_training.privacy.words import says_other, says_phone

_EXTENSION: Final = r"(?: ?(?:x|ext\.?) ?\d{1,6})?"
# Behind the first character: it continues no word and no number.
_BEGIN: Final = r"(?<![\w.,+\-/=#].)"
_SPACE: Final = "[ \u00a0\u202f]"
_GAP: Final = "[ .\\-/\u00a0\u202f]"

_AMOUNT: Final = re.compile(
    r"\s?+(?:[€$£¥%]|z[łl]|PLN|kr\b|NOK|SEK|DKK|EUR|USD|GBP|CHF|BRL|R\$|euro|dollar|pound|crown|kron|milli|mio|mld"
    r"|people|unit|share|user|reader|person|personer|os[oó]b|habit|einwohner|ton)",
    re.IGNORECASE,
)
_CURRENCY: Final = re.compile(r"(?:[€$£¥]|PLN|NOK|SEK|DKK|EUR|USD|GBP|CHF|BRL)\s?\Z")
_DATE: Final = re.compile(
    r"(?:\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)?\d\d|\d{1,2} \d{1,2} (?:19|20)\d\d"
    r"|(?:19|20)\d\d[./\-]?(?:0\d|1[0-2])[./\-]?[0-3]\d)(?!\d)"
)
_NO_DIGIT: Final = re.compile(r"\D+", re.ASCII)


def _length(match: re.Match[str]) -> int:
    """Count a number's digits, without those of an extension."""
    return len(_NO_DIGIT.sub("", match[0].partition("x")[0]))


def _is_international(match: re.Match[str]) -> bool:
    """Return whether what begins with `+` can be dialled: no round figure, no decimals in a row."""
    number = match[0]
    mixed = "." in number and not {" ", "-", "/"}.isdisjoint(number) and "x" not in number
    return 8 <= _length(match) <= 16 and not mixed and not _NO_DIGIT.sub("", number).endswith("000000")  # noqa: PLR2004 - E.164 and a trunk zero


def _is_foreign(match: re.Match[str]) -> bool:
    return 10 <= _length(match) <= 17  # noqa: PLR2004 - E.164 behind 00


def _is_trunk(match: re.Match[str]) -> bool:
    """Return whether what begins with a trunk zero is a phone number: unless it is a date, or a word before says no."""
    return 9 <= _length(match) <= 12 and not _DATE.match(match[0]) and not says_other(match)  # noqa: PLR2004 - with the zero


def _is_grouped(match: re.Match[str]) -> bool:
    """Return whether a number in groups is a phone's: one like an amount needs a word for phone before it."""
    text, start, stop = match.string, match.start(), match.end()
    if not (_AMOUNT.match(text, stop) or _CURRENCY.search(text, max(0, start - 4), start) or match[0].endswith("000")):
        return not says_other(match)
    return says_phone(match)


def _find_after_word(match: re.Match[str]) -> Extent | None:
    """Find any run or groups of digits behind a word for phone, but a date."""
    if not 7 <= _length(match) <= 13 or _DATE.match(match[0]):  # noqa: PLR2004 - from local to international
        return None
    return without_brackets(match.string, *match.span()) if says_phone(match) else None


PHONES: Final = (
    Pattern(
        "PHONE",
        rf"(?a)\+(?<![A-Za-z_+]\+)[1-9]\d{{0,3}}(?:{_GAP}?\(?\d{{1,14}}+\)?){{1,7}}{_EXTENSION}(?!\w)",
        r"\+[1-9](?:[ ().\-/?]{0,3}[0-9]){7}",
        place=RUN,
        before=2,
        find=whole_if(_is_international),
    ),
    Pattern(
        "PHONE",
        rf"(?a)00(?<![\w.,+\-]..)[1-9]\d{{0,2}}(?:{_GAP}\(?\d{{1,9}}+\)?){{1,7}}{_EXTENSION}(?!\w)",
        r"00[1-9](?:[ ().\-/?]{0,3}[0-9]){7}",
        place=RUN,
        before=2,
        find=whole_if(_is_foreign),
    ),
    # North America.
    Pattern(
        "PHONE",
        r"(?a)[(2-9](?<![\w.,+\-].)(?:(?<=\()[2-9]\d\d\)[ \-]?|(?<=\d)\d\d[ .\-])\d{3}[ .\-]\d{4}"
        rf"{_EXTENSION}(?![\w\-]|\.\d)",
        r"[2-9][0-9][0-9]\)?[ .\-]?[0-9]{3}[ .\-][0-9]{4}",
        place=RUN,
        before=2,
        find=whole_if(_is_grouped),
    ),
    # With a trunk zero.
    Pattern(
        "PHONE",
        rf"(?a)[(0]{_BEGIN}(?<!\b\d\d .)(?:(?<=\()0|(?<=0))(?!\d[./\-]\d{{1,2}}[./\-]\d)(?!\d(?: \d\d){{5}}(?!\d))"
        rf"\d{{1,5}}\)?(?:{_GAP}{{0,2}}\d{{2,10}}+){{0,5}}(?!\w|[.,:\-]\d)",
        r"0(?:[ ().\-/?]{0,3}[0-9]){8}",
        place=RUN,
        before=2,
        find=whole_if(_is_trunk),
    ),
    # Norway, Poland, Spain, Brazil: no trunk zero.
    Pattern(
        "PHONE",
        rf"(?a)[1-9]{_BEGIN}(?<!\d{_SPACE}.)\d"
        rf"(?:(?:{_SPACE}\d\d){{3}}|\d{_SPACE}\d\d{_SPACE}\d{{3}}|\d(?:{_SPACE}\d{{3}}){{2}}|\d(?:{_SPACE}\d\d){{3}}"
        rf"|{_SPACE}\d{{3}}(?:{_SPACE}\d\d){{2}}|{_SPACE}9?\d{{4}}-\d{{4}})(?![\w:/]|[.,\-]\d|{_SPACE}\d)",
        r"[1-9][0-9](?:(?:[ ?][0-9]{2}){3}|[0-9][ ?][0-9]{2}[ ?][0-9]{2}"
        r"|[0-9][ ?][0-9]{3}[ ?]|[ ?][0-9]{3}[ ?]|[ ?]9?[0-9]{4}-)",
        place=RUN,
        before=2,
        find=whole_if(_is_grouped),
    ),
    Pattern(
        "PHONE",
        rf"(?a)[(0-9]{_BEGIN}(?:\d{{6,13}}|\d{{0,5}}\)?(?:{_GAP}{{1,2}}\(?\d{{2,8}}+\)?){{1,6}}|\d{{1,5}}\)\d{{2,8}})"
        rf"{_EXTENSION}(?!\w|[.,:]\d)",
        r"[0-9](?:[ ().\-/?]{0,3}[0-9]){6}",
        place=RUN,
        before=2,
        find=_find_after_word,
    ),
)

"""What phone numbers look like: with a country's code, in national groups, or behind a word for phone.

Out of reach: a number in one run of digits without `+`, `00`, trunk zero or a word for phone before it
(`39150008`, `3420837783`): an order or an article has the same. Groups that are also a row of
figures or an amount (`609 141 777`) are taken for one where words or marks before them say so.
"""

import re
from dataclasses import replace
from typing import Final

from otel_training.privacy.numbers import CARD
from otel_training.privacy.pattern import Extent, Find, Pattern, whole_if, without_brackets
from otel_training.privacy.words import is_beside, is_of_phone, says_contact, words_beside

_EXTENSION: Final = r"(?: ?(?:x|ext\.?) ?\d{1,6})?"
# Behind the first character: it continues no word and no number, and no time of day.
_BEGIN: Final = r"(?<![\w.,+\-/=#].)(?<!\d:.)"
_SPACE: Final = "[ \u00a0\u2007\u202f]"
_GAP: Final = "[ .\\-/\u00a0\u2007\u202f\u2010\u2011\u2013\uff0d]"
_MARK: Final = "[ \\-\u00a0\u2007\u202f\u2010\u2011\u2013\uff0d]"
_NO_GROUP: Final = rf"(?<!\b\d{_SPACE}.)(?<!\b\d\d{_SPACE}.)(?<!\b\d\d\d{_SPACE}.)"
_NO_GROUP_BEFORE_00: Final = _NO_GROUP.replace(".)", "..)")
_END: Final = rf"(?![\w:/]|[.,\-]\d|{_SPACE}\d)"

_AMOUNT: Final = re.compile(
    r"\s?+(?:[%‰\u20a0-\u20cf€$£¥]|z[łl]\b|Kč|Ft\b|kr\b|lei\b|лв|руб|грн|тенге|din\b|[A-Z]{3}\b|R\$|[Ee]uro|[Dd]ol[la]|[Pp]ound|[Cc]rown"
    r"|[Kk]ron|[Kk]orun|[Ff]orint|[Рр]убл|mi[lo]|mld|bn\b|tis|тыс|млн|people|[Uu]nit|[Ss]hare|user|reader|[Pp]erson|os[oó]b|habit"
    r"|[Ee]inwohner|obyvatel|mieszka|inwoner|innbyg|invån|akci|aksj|aktie|acci|ton|St[uü]ck|kus[uů]|szt|km|votes|vot|Stimm|głos|hlas)"
)
_CURRENCY: Final = re.compile(r"(?:[\u20a0-\u20cf€$£¥]|\b[A-Z]{3}|Kč)\s?\Z")
_DATE: Final = re.compile(
    r"(?:\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)?\d\d|\d{1,2} \d{1,2} (?:19|20)\d\d"
    r"|(?:19|20)\d\d[./\-]?(?:0\d|1[0-2])[./\-]?[0-3]\d)(?!\d|[./\-]\d)"
)
_NO_DIGIT: Final = re.compile(r"\D+", re.ASCII)
_ZIP: Final = re.compile(r"\b[A-Z]{2}\s{1,2}\d{5}-\d{4}\Z")
_LOTTO: Final = 50
_THREES: Final = re.compile(rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+")

_STAMP: Final = re.compile(r"(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\d(?!\d)")  # a day, as in the version `2.4+20151223`
_BYTE: Final = re.compile(r"[0-9][A-Fa-f]|[A-Fa-f][0-9]")


def _digits(match: re.Match[str]) -> str:
    """Return a number's digits, without those of an extension."""
    return _NO_DIGIT.sub("", match[0].partition("x")[0])


def _is_amount(match: re.Match[str]) -> bool:
    """Return whether a currency, a unit or zeros say that a number is an amount."""
    text, start = match.string, match.start()
    is_priced = _AMOUNT.match(text, match.end()) or _CURRENCY.search(text, max(0, start - 4), start)
    return bool(is_priced) or match[0].endswith("000")


def _is_international(match: re.Match[str]) -> bool:
    """Return whether what begins with `+` can be dialled: no round figure, no decimals in a row."""
    number, digits = match[0], _digits(match)
    is_figure = (
        _is_mixed(number)
        or _STAMP.match(number, 1)
        or digits.endswith("000000")
        or (_THREES.fullmatch(number, 1) and _is_amount(match))
    )
    return 8 <= len(digits) <= 16 and not is_figure  # noqa: PLR2004 - E.164 and a trunk zero


def _is_foreign(match: re.Match[str]) -> bool:
    is_figure = _is_mixed(match[0]) or _is_codes(match)
    return 10 <= len(_digits(match)) <= 17 and not is_figure  # noqa: PLR2004 - E.164 behind 00


def _is_mixed(number: str) -> bool:
    """Return whether dots stand beside other marks in a number: decimals in a row."""
    return "." in number and not {" ", "-", "/"}.isdisjoint(number) and "x" not in number


def _is_codes(match: re.Match[str]) -> bool:
    """Return whether a number is a row of codes: groups of one length, each with a zero first, or bytes amid bytes."""
    groups = match[0].split()
    if len(groups) < 3 or len(set(map(len, groups))) > 1:  # noqa: PLR2004 - two may be a phone's
        return False
    return all(group[0] == "0" for group in groups) or any(map(_BYTE.fullmatch, words_beside(match)))


def _is_trunk(match: re.Match[str]) -> bool:
    """Return whether what begins with a trunk zero is a phone number: a date, a lottery's row and a word say no.

    One run of digits may be any registry's number, too: it has a usual length, and stands in no row of numbers.
    """
    digits, groups = _digits(match), [int(group) for group in match[0].split() if group.isdigit()]
    is_lotto = len(groups) > 4 and groups == sorted(set(groups)) and groups[-1] <= _LOTTO  # noqa: PLR2004 - five or six
    is_zip = _ZIP.search(match.string[max(0, match.start() - 4) : match.end()]) is not None
    is_none = digits[1] == "0" or is_zip or _DATE.match(match[0]) or is_lotto or _is_codes(match)
    shortest = 8 if match[0][0] == "(" else 9
    if is_none or not shortest <= len(digits) <= 12:  # noqa: PLR2004 - with the zero
        return False
    if (by_word := is_of_phone(match)) is not None or match[0] != digits:
        return by_word is not False
    return len(digits) in (10, 11) and not is_beside(match, str.isdigit)


def _is_grouped(match: re.Match[str]) -> bool:
    """Return whether a number in groups that are hardly an amount's is a phone's."""
    # With an area in brackets, behind a comma, it goes on with nothing.
    is_apart = match[0][0] == "(" and match.string[max(0, match.start() - 2) : match.start()] in (", ", "; ")
    is_spaced = not {" ", "\u00a0"}.isdisjoint(match[0]) and "-" not in match[0]
    is_row = is_spaced and not is_apart and is_beside(match, str.isdigit)
    if (by_word := is_of_phone(match)) is not None:
        return by_word
    return not (is_row or _is_amount(match))


def _is_clear(match: re.Match[str]) -> bool:
    """Return whether groups of a country's own are a phone's; China's need none, among characters of theirs."""
    return _is_grouped(match) and (not match[0].isdigit() or is_beside(match, _is_han) or is_of_phone(match) is True)


def _is_han(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff"


def _is_likely(match: re.Match[str]) -> bool:
    """Return whether groups that may be figures are a phone's: by a word, or as one of a list of contacts."""
    is_figure = _THREES.fullmatch(match[0]) is not None
    if (by_word := is_of_phone(match, is_close=is_figure)) is not None or _is_amount(match):
        return by_word is True
    before = match.string[max(0, match.start() - 3) : match.start()].rstrip()
    behind = match.string[match.end() : match.end() + 1]
    is_item = before[-1:] in ("?", "(") or (before[-1:] in (",", ";") and (not is_figure or behind in ",;.)\n"))
    return says_contact(match) or "0>" in before or (is_item and not before[-2:-1].isdigit())


def _find_after_word(match: re.Match[str]) -> Extent | None:
    """Find any run or groups of digits behind a word for phone, but a date, and an amount far behind it."""
    if not 7 <= len(_digits(match)) <= 15 or _DATE.match(match[0]):  # noqa: PLR2004 - from local to international
        return None
    is_figure = _is_amount(match) or _THREES.fullmatch(match[0])
    return without_brackets(match.string, *match.span()) if is_of_phone(match, is_close=bool(is_figure)) else None


def _pattern(source: str, gate: str, is_phone: Find) -> Pattern:
    # Where there are seven digits, as for a card.
    return replace(CARD, type="PHONE", source=f"(?a){source}", gate=gate, before=2, reach=32, find=is_phone)


_TIGHT: Final = r"(?:[ ().\-/?]{0,3}[0-9])"
PHONES: Final = (
    _pattern(
        rf"\+(?<![A-Za-z_+]\+)\(?[1-9]\d{{0,3}}\)?(?:{_GAP}?\(?\d{{1,14}}+\)?){{1,7}}{_EXTENSION}(?!\w)",
        rf"\+\(?[1-9]{_TIGHT}{{7}}",
        whole_if(_is_international),
    ),
    _pattern(
        rf"00(?<![\w.,+\-]..)(?<!\d:..){_NO_GROUP_BEFORE_00}[1-9]\d{{0,2}}"
        rf"(?:{_GAP}\(0\)\d{{1,9}}+)?(?:{_GAP}\(?\d{{1,9}}+\)?){{1,7}}{_EXTENSION}(?!\w)",
        rf"00[1-9]{_TIGHT}{{7}}",
        whole_if(_is_foreign),
    ),
    # North America, and others in groups of three, three and four.
    _pattern(
        r"[(1-9](?<![\w.,+\-].)(?:(?<=[18])[ .\-]?\(?[2-9]\d\d\)?[ .\-]|(?<=\()[2-9]\d\d\)[ \-]?"
        r"|(?<=[2-9])\d\d[ .\-])\d{3}[ .\-]\d{4}"
        rf"{_EXTENSION}(?![\w\-]|\.\d)",
        r"[2-9][0-9][0-9]\)?[ .\-]?[0-9]{3}[ .\-][0-9]{4}",
        whole_if(_is_grouped),
    ),
    # Russia, China's mobiles, with an area in brackets, Brazil.
    _pattern(
        rf"[(1-9]{_BEGIN}(?<!\d{_SPACE}.)(?:(?<=8){_MARK}?\(?\d{{3}}\)?{_MARK}?\d{{3}}{_MARK}\d\d{_MARK}\d\d"
        rf"|(?<=8){_SPACE}?\(\d{{3,5}}\){_SPACE}?\d{{1,3}}{_MARK}?\d\d{_MARK}?\d\d|(?<=1)[3-9]\d{{9}}|(?<=1)[3-9]\d{_MARK}\d{{4}}{_MARK}\d{{4}}"
        rf"|(?<=[1-9])\d\d{_MARK}\d{{3}}-\d\d-\d\d|(?<=[1-9])\d{_SPACE}9?\d{{4}}-\d{{4}}"
        rf"|(?<=\()\d{{2,5}}\){_MARK}?\d{{2,5}}{_MARK}\d{{2,5}}(?:{_MARK}\d{{2,4}})?){_END}",
        rf"8{_TIGHT}{{10}}|1[3-9]{_TIGHT}{{9}}|[0-9][\-?][0-9]|\([0-9]",
        whole_if(_is_clear),
    ),
    # With a trunk zero; France in pairs, Hungary.
    _pattern(
        rf"[(0]{_BEGIN}{_NO_GROUP}(?:(?<=\()0|(?<=0))(?:[1-9](?P<mark>[.\-])\d\d(?:(?P=mark)\d\d){{3}}"
        rf"|6{_SPACE}1\)?{_SPACE}\d{{3}}{_MARK}\d{{4}}"
        r"|(?!\d[./\-]\d{1,2}[./\-](?:\d\d){1,2}(?!\d))(?!\d(?: \d\d){5}(?!\d))"
        rf"\d{{1,5}}\)?(?:{_GAP}{{0,2}}\d{{2,10}}+){{0,5}})(?!\w|[.,:\-]\d)",
        rf"0{_TIGHT}{{8}}|\(0{_TIGHT}{{7}}",
        whole_if(_is_trunk),
    ),
    # In groups without a trunk zero: Norway, Poland, Spain, Mexico, India, Hong Kong.
    _pattern(
        rf"[1-9]{_BEGIN}(?<!\d{_SPACE}.)(?:\d(?:{_SPACE}\d\d){{3}}|\d\d{_SPACE}\d\d{_SPACE}\d{{3}}|\d\d(?:{_SPACE}\d{{3}}){{2}}"
        rf"|\d\d(?:{_SPACE}\d\d){{3}}|\d\d{_SPACE}\d{{3}}(?:{_SPACE}\d\d){{2}}|\d{_SPACE}\d{{3}}(?:{_SPACE}\d\d){{2}}"
        rf"|\d?{_SPACE}\d{{4}}{_SPACE}\d{{4}}|\d{_SPACE}\d{{3}}{_SPACE}\d{{4}}|\d{{4}}{_SPACE}\d{{5}}){_END}",
        r"[1-9][0-9]{0,4}(?:[ ?][0-9]{2,5}){1,3}",
        whole_if(_is_likely),
    ),
    _pattern(
        rf"[(0-9]{_BEGIN}(?:\d{{6,15}}|\d{{0,5}}\)?(?:{_GAP}{{1,2}}\(?\d{{1,10}}+\)?){{1,6}}|\d{{1,5}}\)\d{{2,9}}(?:{_GAP}\d{{2,8}}+)?)"
        rf"{_EXTENSION}(?!\w|[.,:]\d)",
        rf"[0-9]{_TIGHT}{{6}}",
        _find_after_word,
    ),
)

"""The words before a number, by which it is a phone's, or an order's or an article's."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_PHONE_STEMS: Final = (
    "phon", "telef", "telep", "téléph", "télef", "teléf", "mobil", "móvil", "mobiel", "cell", "celular", "handy",
    "telem", "rufn", "infolin", "volej", "volaj", "zavol",
    "komórk", "komork", "whatsapp", "hotline", "anruf", "appel", "chiam", "llam", "dzwo", "zadzwo", "bellen", "puhelin",
    "matkapuh", "telefo", "điện", "thoại", "τηλέφ", "τηλεφ", "κινητ", "телеф", "моб", "звон", "позвон", "дзвон", "hívj",
)  # fmt: skip
_PHONES: Final = frozenset({
    "tel", "tél", "tlf", "tfn", "fax", "fon", "portable", "dial", "dialled", "call", "called", "calling", "calls",
    "ring", "ringe", "rufen", "ruf", "bel", "ligue", "ligar", "reach", "text", "puh", "gsm", "sími", "тел", "тлф",
    "τηλ",
    "mob", "linka", "linku", "lince", "linke", "čísle",
    "факс", "đt", "sđt", "ara", "arayın", "ringa", "soita", "sms", "hp", "telp", "sun", "ph", "fono",
})  # fmt: skip
# Of scripts that put no blanks between words, or articles before them.
_PHONE_PARTS: Final = (
    "电话", "電話", "手机", "手機", "热线", "熱線", "传真", "傳真", "致电", "致電", "拨打", "撥打", "携帯", "連絡先",
    "전화",
    "휴대", "핸드폰", "연락처", "팩스", "هاتف", "الهات", "جوال", "تليفون", "تلفن", "موبايل", "موبایل", "اتصل", "فاكس",
    "טלפון", "נייד", "להתקשר", "โทร", "มือถือ", "แฟกซ์", "फोन", "फ़ोन", "मोबाइल", "दूरभाष", "ফোন", "மொபைல்", "தொலைபேசி",
    "հեռախոս", "ტელ", "ফ্যাক্স", "فون",
)  # fmt: skip
_OTHER_STEMS: Final = (
    "isbn", "issn", "order", "bestel", "commande", "ordin", "pedid", "zamówieni", "ordre", "artic", "artik", "artíc",
    "artyk", "invoice", "rechnung", "factur", "fattur", "faktur", "serial", "ticket", "track", "version", "build",
    "code", "codic", "códig", "cusip", "lott", "regist", "accession", "barcode", "patent", "заказ", "артик",
    "commit", "merg", "revis", "hash",
)  # fmt: skip
_OTHERS: Final = frozenset({
    "ean", "id", "ids", "ref", "kod", "asin", "sku", "eur", "usd", "pln", "nok", "sek", "dkk", "gbp", "chf", "brl",
    "kr", "cik", "upc", "gtin", "isin", "sedol", "lei", "duns", "ein", "vat", "doi", "pmid", "lot", "file", "czk",
    "huf",
})  # fmt: skip
_CARDS: Final = ("card", "kart", "cart", "tarj", "cartão", "visa", "master", "maestr", "diners", "union", "карт", "卡")
# Between a word for phone and its number: "call the number", "zavolejte na číslo".
_BETWEEN: Final = frozenset({
    "na", "číslo", "čísla", "čísel", "pod", "numer", "number", "numero", "número", "numéro", "nummer", "at", "on",
    "the", "le", "al", "il", "el", "au", "auf", "unter", "op", "på",
})  # fmt: skip
_LABEL: Final = re.compile(r"(?<!\w)[TM]: ?\Z")  # on a card: telephone, mobile
_NUMBERS: Final = frozenset({"no", "nr", "n"})
_CONTACT_STEMS: Final = ("konta", "pressekont", "contact", "contat", "numer", "númer", "numér", "nummer", "контакт")
_BEFORE: Final = 40
_CLOSE: Final = 12
# Backwards to a digit, a line's end or a sentence's: what stands before speaks of something else.
_TAIL: Final = re.compile(r"(?:[^\d\n.!?。]++|\.(?![^\W\d_]{4}))*+")
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]++|[\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e]++)*+")
_TOKENS: Final = 24


def says_contact(match: re.Match[str]) -> bool:
    """Return whether the words before a number say that somebody can be reached there."""
    is_on_card = _LABEL.search(match.string, max(0, match.start() - 4), match.start()) is not None
    return is_on_card or any(word.startswith(_CONTACT_STEMS) for word in _words_before(match, _BEFORE))


def says_card(match: re.Match[str]) -> bool:
    """Return whether the words before a number say that it is a card's."""
    return any(word.startswith(_CARDS) or "卡" in word for word in _words_before(match, _BEFORE))


def words_beside(match: re.Match[str]) -> list[str]:
    """Return the word before a number and the one behind it, as far as there are any."""
    before = match.string[max(0, match.start() - _TOKENS) : match.start()].split()[-1:]
    return before + match.string[match.end() : match.end() + _TOKENS].split()[:1]


def is_beside(match: re.Match[str], is_kind: Callable[[str], bool]) -> bool:
    """Return whether the word before or behind a number has a character of some kind: a row's has digits."""
    return any(map(is_kind, "".join(words_beside(match))))


def is_of_phone(match: re.Match[str], *, is_close: bool = False) -> bool | None:
    """Return whether a number is a phone's by the nearest word before it that decides; None where none does.

    `Nr.` alone decides against it. Of an amount only words close to it count, and the nearest that is not between.
    """
    words = _words_before(match, _BEFORE)
    if is_close:
        meant = [word for word in words if word not in _BETWEEN]
        words = [*meant[-1:], *_words_before(match, _CLOSE)]
    for word in reversed(words):
        if (decides := _decides(word)) is not None:
            return decides
    return None if _NUMBERS.isdisjoint(words) else False


@lru_cache(maxsize=4_096)
def _decides(word: str) -> bool | None:
    if word in _PHONES or word.startswith(_PHONE_STEMS):
        return True
    if not word.isascii() and any(part in word for part in _PHONE_PARTS):
        return True
    return False if word in _OTHERS or word.startswith(_OTHER_STEMS) else None


def _words_before(match: re.Match[str], before: int) -> list[str]:
    text, stop = match.string, match.start()
    start = max(0, stop - before)
    tail = _TAIL.match(text[start:stop][::-1])
    if tail is None or tail.end() < 2:  # noqa: PLR2004 - a blank and a letter
        return []
    words = _WORD.findall(tail[0][::-1].lower())
    # Not the end of a word that begins further away.
    return words[1:] if tail.end() == before and text[start - 1 : start].isalnum() and text[start].isalnum() else words

"""The words before a number, which tell what it is: a phone's, or that of an order or article."""

import re
from typing import Final

_PHONE_STEMS: Final = (
    "phon", "telef", "telep", "téléph", "télef", "teléf", "mobil", "móvil", "mobiel", "cell", "celular", "handy",
    "komórk", "komork", "whatsapp", "hotline", "anruf", "appel", "chiam", "llam", "dzwo", "zadzwo", "bellen",
)  # fmt: skip
_PHONES: Final = frozenset({
    "tel", "tél", "tlf", "tfn", "fax", "fon", "portable", "dial", "dialled", "call", "called", "calling", "calls",
    "ring", "ringe", "rufen", "ruf", "bel", "ligue", "ligar", "reach", "text",
})  # fmt: skip
_OTHER_STEMS: Final = (
    "isbn", "issn", "order", "bestel", "commande", "ordin", "pedid", "zamówieni", "ordre", "artic", "artik", "artíc",
    "artyk", "invoice", "rechnung", "factur", "fattur", "faktur", "serial", "ticket", "track", "version", "build",
    "code", "codic", "códig",
)  # fmt: skip
_OTHERS: Final = frozenset({
    "ean", "id", "ids", "ref", "kod", "asin", "sku", "eur", "usd", "pln", "nok", "sek", "dkk", "gbp", "chf", "brl",
    "kr",
})  # fmt: skip
_NUMBERS: Final = frozenset({"no", "nr", "n"})
_BEFORE: Final = 40
# Backwards to a digit, a line's end or a sentence's: what stands before speaks of something else.
_TAIL: Final = re.compile(r"(?:[^\d\n.!?]|\.(?![^\W\d_]{4}))*")
_WORD: Final = re.compile(r"[^\W\d_]+")


def says_phone(match: re.Match[str]) -> bool:
    """Return whether the words before a number say that it is a phone's."""
    return _judge_words(match) is True


def says_other(match: re.Match[str]) -> bool:
    """Return whether the words before a number say that it is something else's."""
    return _judge_words(match) is False


def _judge_words(match: re.Match[str]) -> bool | None:
    """Return whether a number is a phone's by the nearest word that decides; None where none does.

    `Nr.` alone decides against it.
    """
    words = _words_before(match)
    for word in reversed(words):
        if word in _PHONES or word.startswith(_PHONE_STEMS):
            return True
        if word in _OTHERS or word.startswith(_OTHER_STEMS):
            return False
    return None if _NUMBERS.isdisjoint(words) else False


def _words_before(match: re.Match[str]) -> list[str]:
    start = match.start()
    tail = _TAIL.match(match.string[max(0, start - _BEFORE) : start][::-1])
    return _WORD.findall(tail[0][::-1].lower()) if tail and tail.end() > 1 else []

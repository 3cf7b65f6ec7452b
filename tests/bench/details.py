"""E-mail addresses, IP addresses, payment cards and account numbers, each valid."""

import random
import string
from collections.abc import Callable, Iterator
from typing import Final

from tests.bench.planted import Planted, plant, some

_PLACES: Final = (
    "Write to {} by Monday.", "({})", "{}, he said.", "<{}>", '{"note": "{}"}', "a: {}\nb: 2", "“{}”",
    "See {}; then stop.",
)  # fmt: skip
_NAMES: Final = ("jo", "anna.nowak", "m_meier", "o'brien", "k.lee-park", "press", "li", "zoe.van.dijk", "b2b")
_HOSTS: Final = (
    "news.example",
    "mail.co.uk",
    "a-b.example.org",
    "uni-köln.de",
    "x.io",
    "post.gov.br",
    "sub.sub2.example.com",
)
# What stands behind the check digits: `d` is a digit, `c` a letter or digit, `a` a letter.
_ACCOUNTS: Final = {
    "DE": "d18", "FR": "d10c11d2", "GB": "a4d14", "NL": "a4d10", "BE": "d12", "ES": "d20", "IT": "a1d10c12",
    "PT": "d21", "AT": "d16", "CH": "d5c12", "PL": "d24", "CZ": "d20", "SE": "d20", "NO": "d11", "DK": "d14",
    "FI": "d14", "IE": "a4d14", "GR": "d7c16", "HU": "d24", "RO": "a4c16", "BG": "a4d6c8", "HR": "d17", "TR": "d6c16",
    "LU": "d3c13", "AE": "d19", "SA": "d2c18", "IL": "d19", "BR": "d23a1c1", "UA": "d6c19", "MT": "a4d5c18",
}  # fmt: skip
_CARDS: Final = {
    "Visa": ("4", 16, (4, 4, 4, 4)), "Mastercard": ("53", 16, (4, 4, 4, 4)),
    "Mastercard, series 2": ("2233", 16, (4, 4, 4, 4)), "American Express": ("37", 15, (4, 6, 5)),
    "Discover": ("6011", 16, (4, 4, 4, 4)), "Diners Club": ("36", 14, (4, 6, 4)), "JCB": ("3530", 16, (4, 4, 4, 4)),
    "UnionPay": ("6221", 16, (4, 4, 4, 4)), "Maestro": ("6759", 16, (4, 4, 4, 4)),
}  # fmt: skip


def email(chance: random.Random) -> str:
    """Draw an address."""
    tag = chance.choice(("", "", f"+{chance.randrange(99)}", "+news.x"))
    return f"{chance.choice(_NAMES)}{tag}@{chance.choice(_HOSTS)}"


def ip(chance: random.Random) -> str:
    """Draw an address of either version."""
    groups = [f"{chance.randrange(4096, 65536):x}" for _ in range(8)]
    public = f"{chance.randrange(11, 223)}.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
    return chance.choice(
        (public, public, ":".join(groups), f"2001:db8::{groups[0]}:{groups[1]}", f"fe80::{groups[2]}:{groups[3]}")
    )


def card(chance: random.Random) -> str:
    """Draw a number with its check digit, in one run or in groups."""
    prefix, length, groups = chance.choice(list(_CARDS.values()))
    digits = prefix + some(chance, length - len(prefix) - 1, string.digits)
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(digits))]
    number = digits + str(-sum(value - 9 * (value > 9) for value in doubled) % 10)
    mark = chance.choice(("", " ", "-"))
    starts = [sum(groups[:at]) for at in range(len(groups))]
    return mark.join(number[start : start + size] for start, size in zip(starts, groups, strict=True))


def iban(chance: random.Random) -> str:
    """Draw a number with its check digits, in one run or in fours."""
    country = chance.choice(list(_ACCOUNTS))
    alphabets = {"d": string.digits, "a": string.ascii_uppercase, "c": string.digits + string.ascii_uppercase}
    rest, kind, size = "", "", ""
    for sign in _ACCOUNTS[country] + "d":
        if sign.isdigit():
            size += sign
            continue
        rest += some(chance, int(size or 0), alphabets.get(kind, "0"))
        kind, size = sign, ""
    remainder = int("".join(str(int(sign, 36)) for sign in rest + country + "00")) % 97
    number = f"{country}{98 - remainder:02}{rest}"
    return number if chance.random() < 0.5 else " ".join(number[at : at + 4] for at in range(0, len(number), 4))


MAKERS: Final[dict[str, Callable[[random.Random], str]]] = {
    "e-mail": email, "IP address": ip, "card": card, "account number": iban,
}  # fmt: skip


def planted(seed: int, each: int) -> Iterator[Planted]:
    """Plant `each` of every kind."""
    chance = random.Random(seed)
    for kind, make in MAKERS.items():
        for _ in range(each):
            yield plant(kind, make(chance), chance.choice(_PLACES))

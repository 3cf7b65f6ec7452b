"""The corpus: sentences in ten locales with planted secrets, and sentences that only look alike."""

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker

LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "it_IT", "es_ES", "nl_NL", "no_NO", "pl_PL", "pt_BR")
"""Faker calls Norwegian `no_NO`."""

SAID = {
    "en_US": ("Call me at {} tomorrow.", "Phone: {}", "For tickets dial {}, press 2.", "Cell {}; ask for Jo."),
    "en_GB": ("Ring the office on {} before noon.", "Telephone {}.", "Mobile: {}", "She can be called on {}, he said."),
    "de_DE": ("Rufen Sie uns an: Telefon {}.", "Tel.: {}", "Unter der Handynummer {} ist er da.", "Fax {}, Raum 7"),
    "fr_FR": ("Appelez le {} avant midi.", "Tél. : {}", "Son portable est le {}.", "Téléphone {}, deuxième étage"),
    "it_IT": ("Chiamate il {} dopo le nove.", "Tel. {}", "Cellulare: {}, sempre acceso.", "Il telefono è {}."),
    "es_ES": ("Llame al {} por la mañana.", "Teléfono: {}", "Su móvil es el {}.", "Fax {}, planta 3"),
    "nl_NL": ("Bel {} voor kaarten.", "Telefoon: {}", "Zijn mobiele nummer is {}.", "Tel. {}, vraag naar Jan"),
    "no_NO": ("Ring {} for billetter.", "Telefon: {}", "Mobilen hans er {}.", "Tlf. {}, spør etter Kari"),
    "pl_PL": ("Zadzwoń pod {} po dziewiątej.", "Tel.: {}", "Telefon komórkowy {}.", "Telefon {}, pokój 7"),
    "pt_BR": ("Ligue para {} de manhã.", "Telefone: {}", "O celular dele é {}.", "Tel. {}, falar com Ana"),
}
BARE = {
    "en_US": (
        "Contact: Jo Miller, {}, Springfield",
        "Write to her or try {} in the evening.",
        "{} is the desk's number.",
    ),
    "en_GB": ("Press office, {}, London", "Questions? {} or by post.", "The number {} was on the card."),
    "de_DE": ("Pressestelle, {}, Berlin", "Fragen? {} oder per Post.", "Die Nummer {} stand auf der Karte."),
    "fr_FR": ("Service de presse, {}, Paris", "Des questions ? {} ou par courrier.", "Le numéro {} figurait là."),
    "it_IT": ("Ufficio stampa, {}, Roma", "Domande? {} o per posta.", "Il numero {} era sul biglietto."),
    "es_ES": ("Prensa, {}, Madrid", "¿Preguntas? {} o por correo.", "El número {} estaba en la tarjeta."),
    "nl_NL": ("Persdienst, {}, Utrecht", "Vragen? {} of per post.", "Het nummer {} stond op de kaart."),
    "no_NO": ("Pressekontakt, {}, Oslo", "Spørsmål? {} eller per post.", "Nummeret {} sto på kortet."),
    "pl_PL": ("Biuro prasowe, {}, Warszawa", "Pytania? {} albo listownie.", "Numer {} był na wizytówce."),
    "pt_BR": ("Imprensa, {}, São Paulo", "Perguntas? {} ou por carta.", "O número {} estava no cartão."),
}
ANY = (
    "It said {} on the page.",
    "{} was found, again.",
    "See {}; then stop.",
    "(as seen: {})",
    "Value:{}\nNext line",
    "“{}”",
)


@dataclass(frozen=True)
class Sentence:
    """One sentence, and what of it is a secret."""

    text: str
    type: str | None
    secret: str = ""


class Corpus:
    """Everything from one seed."""

    def __init__(self, seed: int) -> None:
        # Here, as each process that collects tests would load all its languages.
        from faker import Faker

        self.random = random.Random(seed)
        self.fakers = {locale: Faker(locale) for locale in LOCALES}
        for faker in self.fakers.values():
            faker.seed_instance(self.random.randrange(1 << 30))

    def planted(self, count: int) -> Iterator[Sentence]:
        """Plant `count` secrets of each type in each locale."""
        kinds = {"EMAIL": email, "IP": ip, "CARD": card, "IBAN": iban, "KEY": key}
        for locale, faker in self.fakers.items():
            for _ in range(count):
                yield self.phone(locale)
                for kind, make in kinds.items():
                    secret = make(faker, self.random)
                    yield self.around(faker, kind, secret, self.random.choice(ANY))

    def phone(self, locale: str) -> Sentence:
        """Half of the numbers stand behind a word for phone.

        Without one, a number in one run of digits is out of reach, and is left out: nothing tells
        `39150008` (Norway), `3420837783` (Italy) or `6175550119` (USA) from an order or an article.
        """
        faker = self.fakers[locale]
        number = faker.phone_number()
        plain = number.isdigit() and not number.startswith("0")
        named = plain or self.random.random() < 0.5
        return self.around(faker, "PHONE", number, self.random.choice((SAID if named else BARE)[locale]))

    def around(self, faker: "Faker", kind: str, secret: str, template: str) -> Sentence:
        """Put a secret into a sentence among others."""
        text = f"{faker.sentence()} {template.format(secret)} {faker.sentence()}"
        return Sentence(text, kind, secret)

    def alike(self, count: int) -> Iterator[Sentence]:
        """Make `count` sentences in each locale and of each form that hold no secret."""
        for faker in self.fakers.values():
            for form in ALIKE:
                for _ in range(count):
                    text = form(faker, self.random)
                    yield Sentence(f"{faker.sentence()} {text} {faker.sentence()}", None)


def email(faker: "Faker", chance: random.Random) -> str:
    """An address, some with the marks that providers allow."""
    address = str(faker.email())
    return address if chance.random() < 0.8 else address.replace("@", f"+{chance.choice(('news', 'x-1', 'a.b'))}@")


def ip(faker: "Faker", chance: random.Random) -> str:
    """An address of version 4, or of version 6 in full or as RFC 5952 writes it."""
    if chance.random() < 0.6:
        return str(faker.ipv4())
    full = str(faker.ipv6())
    return (
        full if chance.random() < 0.5 else f"2001:db8::{chance.randrange(1, 65536):x}:{chance.randrange(256, 65536):x}"
    )


def card(faker: "Faker", chance: random.Random) -> str:
    """A number in one run, or in the groups of its length."""
    number = str(faker.credit_card_number())
    mark = chance.choice(("", " ", "-"))
    sizes = (4, 6, 5) if len(number) == 15 else (4, 6, 4) if len(number) == 14 else (4, 4, 4, 4, 3)
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return mark.join(filter(None, groups))


def iban(faker: "Faker", chance: random.Random) -> str:
    """An account number, in one run or in groups of four."""
    number = str(faker.iban())
    return number if chance.random() < 0.5 else " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def key(_: "Faker", chance: random.Random) -> str:
    """A key of one of the kinds that are looked for."""

    def some(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
        return "".join(chance.choices(alphabet, k=length))

    url_safe = string.ascii_letters + string.digits + "-_"
    return chance.choice(
        [
            lambda: "sk-ant-api03-" + some(93, url_safe) + "AA",
            lambda: "sk-" + some(48),
            lambda: "sk-proj-" + some(64, url_safe),
            lambda: "AKIA" + some(16, string.ascii_uppercase + "234567"),
            lambda: "ghp_" + some(36),
            lambda: "github_pat_" + some(22) + "_" + some(59),
            lambda: f"eyJ{some(33, url_safe)}.eyJ{some(60, url_safe)}.{some(43, url_safe)}",
            lambda: f"-----BEGIN PRIVATE KEY-----\n{some(64)}\n{some(64)}\n-----END PRIVATE KEY-----",
        ]
    )()


def _price(_: "Faker", chance: random.Random) -> str:
    amount = chance.randrange(1000, 10**9)
    point = f"{amount:,}"
    spaced = point.replace(",", " ")
    return chance.choice(
        (
            f"${point}.99",
            f"{point.replace(',', '.')},00 €",
            f"{spaced} zł",
            f"{spaced} kr",
            f"EUR {spaced}",
            f"{spaced} euros",
        )
    )


def _isbn(faker: "Faker", chance: random.Random) -> str:
    return f"ISBN {chance.choice((faker.isbn13(), faker.isbn10(), faker.isbn13(separator='')))}"


def _date(faker: "Faker", chance: random.Random) -> str:
    form = chance.choice(
        (
            "%Y-%m-%d",
            "%d.%m.%Y",
            "%d/%m/%y",
            "%m-%d-%Y %H:%M",
            "%Y%m%d%H%M%S",
            "%Y-%m-%dT%H:%M:%S+02:00",
            "%d %m %Y",
            "%s",
        )
    )
    return str(faker.date_time().strftime(form))


def _number(_: "Faker", chance: random.Random) -> str:
    digits = "".join(chance.choices(string.digits, k=chance.randrange(5, 12)))
    return chance.choice(
        (f"order {digits}", f"article/{digits}", f"ID {digits}", f"invoice no. {digits}", f"#{digits}")
    )


def _figures(_: "Faker", chance: random.Random) -> str:
    first, second, third = (chance.randrange(10, 1000) for _ in range(3))
    years = f"{chance.randrange(1900, 2030)}-{chance.randrange(1900, 2030)}"
    place = f"{chance.uniform(-90, 90):.6f}, {chance.uniform(-180, 180):.6f}"
    return chance.choice(
        (
            years,
            place,
            f"{first}-{second}",
            f"{first / 10} %",
            f"3-2, {first}:{second}",
            f"pages {first}-{second}, {third}",
        )
    )


def _version(_: "Faker", chance: random.Random) -> str:
    parts = ".".join(str(chance.randrange(30)) for _ in range(chance.choice((2, 3, 3, 4))))
    return chance.choice((f"version {parts}", f"v{parts}", f"release {parts}", f"Chrome/{chance.randrange(140)}.0.0.0"))


def _digest(faker: "Faker", chance: random.Random) -> str:
    return str(chance.choice((faker.md5, faker.sha1, faker.uuid4, faker.mac_address))())


def _link(faker: "Faker", chance: random.Random) -> str:
    article = f"{faker.slug()}-{chance.randrange(10**6, 10**9)}"
    return f"{faker.url()}{article}?page={chance.randrange(99)}, by @{faker.user_name()}"


ALIKE: tuple[Callable[["Faker", random.Random], str], ...] = (
    _price, _isbn, _date, _number, _figures, _version, _digest, _link,
)  # fmt: skip

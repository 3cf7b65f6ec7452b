"""Texts that hold no secret, made to look as if: news in fifteen languages, tables, listings, code."""

# ruff: noqa: E501 - a table of texts, in many scripts

import random
import re
import string
from collections.abc import Callable
from typing import Final

from tests.bench.planted import some

NEWS: Final = {
    "English": (
        "The council voted {score} on {day} to spend ${commas} on the bridge, {percent} % more than in {year}.",
        "Doors open at {time} on {date}; the match kicks off at {hour}.30pm and tickets cost £{small}.{two}.",
        "Turnout reached {commas} of {commas} voters, up from {commas} in {year}, the commission said at {time}.",
        "United won {score}, {score} and {score} in {year}, {year} and {year}, before crowds of {commas} and {commas}.",
        "Case {year}-{four}, filed {date}, cites section {one}.{one}.{one}.{one} and pages {small}-{three} of volume {two}.",
        "The firm shipped {commas} units in the {two} weeks to {date}, for revenue of ${small}.{one}bn.",
        "Call for papers: the {two}th meeting is from {time} to {time}, room {three}, building {two}.",
    ),
    "German": (
        "Der Stadtrat gab am {dots} um {time} Uhr {points} Euro frei, {percent} Prozent mehr als {year}.",
        "Beginn {time} {dots}, Einlass ab {hour}.00 Uhr, Karten zu {small},{two} Euro.",
        "Es kamen {points} Besucher nach {points} im Vorjahr; das Spiel endete {colon} ({colon}).",
        "Nach § {two} Abs. {one} Nr. {one} und Abschnitt {one}.{one}.{one}.{one} haftet der Betreiber mit {spaced} Euro.",
        "Aktenzeichen {one} BvR {four}/{two}, Urteil vom {dots}, Rn. {three}.",
        "Von {year} bis {year} wuchs die Zahl von {spaced} auf {spaced} Haushalte.",
        "Der Anruf bei der Leitstelle ging um {time} ein, {two} Helfer und {three} Fahrzeuge rückten aus.",
    ),
    "French": (
        "Le conseil a voté {euros} euros le {slashes} à {hour}h{two}, soit {percent} % de plus qu'en {year}.",
        "La ville compte {euros} habitants contre {euros} en {year}, selon l'Insee.",
        "Score final : {score} ({score}), devant {euros} spectateurs, le {dots} à {time}.",
        "L'article L. {three}-{one}-{one} et le point {one}.{one}.{one}.{one} fixent l'amende à {euros} €.",
        "Entre {year} et {year}, {euros} foyers ont été raccordés, pour {small},{one} millions d'euros.",
    ),
    "Spanish": (
        "El pleno aprobó {points} euros el {slashes} a las {time}, un {percent} % más que en {year}.",
        "Asistieron {points} personas; el partido acabó {score} y la vuelta será el {dots} a las {hour}.00 horas.",
        "La ley {two}/{year}, artículo {two}.{one}.{one}.{one}, prevé multas de {points} a {points} euros.",
        "Llamó la atención que en {year} hubiera {points} y en {year} solo {points}.",
    ),
    "Portuguese": (
        "A câmara aprovou R$ {points},{two} em {slashes}, às {hour}h{two}, {percent}% acima de {year}.",
        "O jogo terminou {score} diante de {points} torcedores; a volta é dia {dots} às {time}.",
        "O processo {three}.{three}/{year} trata dos itens {one}.{one}.{one}.{one} do edital.",
    ),
    "Italian": (
        "Il consiglio ha stanziato {points} euro il {slashes} alle {time}, il {percent}% in più del {year}.",
        "Finisce {score} davanti a {points} spettatori; ritorno il {dots} alle ore {hour}.00.",
        "L'articolo {two}, comma {one}, punto {one}.{one}.{one}.{one}, prevede {points} euro.",
    ),
    "Dutch": (
        "De raad trok op {date} om {time} uur {points} euro uit, {percent} procent meer dan in {year}.",
        "Het bleef {score} voor {points} toeschouwers; de return is {dots} om {hour}.00 uur.",
    ),
    "Polish": (
        "Rada przeznaczyła {dots} o {time} kwotę {spaced} zł, o {percent} proc. więcej niż w {year} r.",
        "Mecz skończył się wynikiem {colon} ({colon}), oglądało go {spaced} widzów.",
        "Zgodnie z art. {two} ust. {one} pkt {one}.{one}.{one}.{one} kara wynosi od {spaced} do {spaced} zł.",
        "Telefony komórkowe ma {spaced} osób, a {spaced} mieszkańców nie miało prądu.",
    ),
    "Czech": (
        "Zastupitelé schválili {dots} v {time} částku {spaced} Kč, o {percent} % více než v roce {year}.",
        "Zápas skončil {colon} ({colon}, {colon}, {colon}), přišlo {spaced} diváků.",
        "Rozpočet {spaced} Kč a schodek {spaced} Kč oznámil úřad v {hour}.00, Praha 1, 1{two} 00.",
        "Začátek {time} {dots}, konec {time} {dots}, vstupné {three} Kč.",
    ),
    "Swedish": (
        "Nämnden beslutade {date} kl. {time} om {spaced} kronor, {percent} procent mer än {year}.",
        "Matchen slutade {score} inför {spaced} åskådare, nedsläpp {hour}.00 den {dots}.",
    ),
    "Norwegian": (
        "Kommunestyret vedtok {dots} kl. {time} å bruke {spaced} kroner, {percent} prosent mer enn i {year}.",
        "Kampen endte {score} foran {spaced} tilskuere, avspark {hour}.00.",
    ),
    "Russian": (
        "Совет выделил {dots} в {time} {spaced} рублей, на {percent} % больше, чем в {year} году.",
        "Матч закончился со счётом {colon} ({colon}), его видели {spaced} зрителей; начало в {time} {dots}.",
        "По пункту {one}.{one}.{one}.{one} штраф составит от {spaced} до {spaced} рублей.",
    ),
    "Turkish": (
        "Meclis {dots} günü saat {time} itibarıyla {points} lira ayırdı, {year} yılına göre yüzde {percent} fazla.",
        "Maç {score} bitti, {points} kişi izledi; rövanş {dots} {time}.",
    ),
    "Chinese": (
        "委员会于{year}年{one}月{one}日{time}批准{commas}元预算,比{year}年增长{percent}%。",
        "比赛以{score}结束,共有{commas}名观众。",
    ),
    "Arabic": (
        "وافق المجلس يوم {slashes} الساعة {time} على {commas} دولار بزيادة {percent} في المئة عن عام {year}.",
        "انتهت المباراة {score} أمام {commas} متفرج.",
    ),
}  # fmt: skip
TABLES: Final = (
    "{two}. Arsenal {two} {two} {one} {one} {two}:{two} {two}",
    "Leeds\t{two}\t{two}\t{two}\t{two}\t+{one}\t{two}",
    "Q1-Q4: {two}-{two} {two}-{two} {two}-{two} {two}-{two}",
    "Set: 6-4 3-6 7-6 (7-{one}) 6-{one}",
    "{two} {two} {two} {two}\n{two} {two} {two} {two} {two}\n{three} {three} {three} {three}",
    "{three} {three} {three}\n{three} {three} {three} {three}",
    "Lotto {dots}: 04 {two} {two} {two} 08 {two}, Superzahl {one}",
    "Spiel 77: 0{six} Super 6: 0{five}",
    "Eurojackpot {two}-{two}-{two}-{two}-{two} / 03-08",
    "AAPL {three}.{two} +{one}.{two} ({one}.{two}%) {commas} {commas}",
    "DAX {two} {three},{two} {two} {three},{two} -0,{two}",
    "CUSIP 0{eight} CIK 000{seven} ISIN US0{eight}{one} SEDOL 0{six}",
    "UPC 0 {five} {five} {one} EAN 400{nine}{one} GTIN 0400{nine}{one}",
    "ISBN 978-3-{two}-{six}-{one}, ISSN {four}-{four}, doi:10.{four}/{five}.{year}.{three}",
    "CAS {four}-{two}-{one}; EC {three}-{three}-{one}; UN {four}",
    "{one}.{one}.{one}.{one} Scope\n{one}.{one}.{one}.{two} Terms\nAppendix {one}.{two}.{one}.{one}",
    "Section {one}.{two}.{two}.{one}: see Table {two}.{one} and clause {two}.{one}.{one}.{one}",
    "Firefox {three}.0.{one}.{two}, Chrome/{three}.0.{four}.{two}, kernel 5.15.0.{two}, v{one}.{two}.{one}.{one}",
    "{two}.{four}{two}, -{two}.{four}{two} ({two}°{two}'{two}\"N {one}°{two}'{two}\"E)",
    "Mo-Fr 08:00-18:00, Sa 09-13, So 10.00-{hour}.30",
    "{date} {time} {date} {time} {two}.{one} {three}\n{dots} {time} {dots} {time} {two},{one} {three}",
    "{time} {dots}\n{hour}:00 {dots}\n{hour}:00 {slashes}\n{date} {hour}:00",
    "Total assets {commas} {commas} {commas}\nNet (loss) ({commas}) ({commas}) {commas}",
    "Bilanzsumme {spaced} {spaced}\nErgebnis -{spaced} {spaced}",
    "Chiffre d'affaires {euros} {euros} {percent} %",
    "Order {nine}, invoice no. {year}-{six}, customer {seven}, parcel {two}{four}{four}{two}",
    "LH {four}, ICE {three}, B-{two} {three}, Gate {two}, 0{four} UTC",
    "Docket 1:{two}-cv-{five}, No. {two}-{four}, C-{three}/{two}, {two} F.3d {three}",
    "US {two},{three},{three} B2; EP {one} {three} {three}; WO {year}/{six}",
    "D-1{four} Berlin, 750{two} Paris, SW1A 1AA, 1{two} 00 Praha, 9{four}-{four} Beverly Hills",
    "EIN {two}-{seven}, file number 001-{five}, SIC code {four}, fiscal year end 1231",
    "2025-02-01T{time}:00+02:00 20250201{six} 17{eight} {year}-{two}/{two}",
    "{year}/{two}: {two} {two} {two}; {year}/{two}: {two} {two} {two}",
    "1 EUR = 1.{four} USD = 0.{four} GBP = {three}.{two} JPY = {two}.{three} CZK",
    "{percent} {percent} {percent} {percent} {small} {small} {small}",
    "Temp. {two} {two} {two} {two} {two} {two} {two}, {four} hPa, 0{two} mm",
    "50 m: {two}.{two} 100 m: 1:{two}.{two} 5000 m: 14:{two}.{two} marathon 2:{two}:{two}",
    "Art. 0{six} Farbe 0{two} Größe {two}, Lager 0{four}-{three}",
    "Route 0{two} stop 0{four}: 0{one}{two} 0{one}{two} 1{one}{two} 1{one}{two}",
    "gene HGNC:{five}, rs{eight}, chr{one}:{eight}-{eight}, PMID {eight}",
)  # fmt: skip
LISTINGS: Final = (
    "token = tokenizer.decode(ids[{one}])\nif token == '(':\n    depth += {one}",
    "password = getpass.getpass()\napi_key = settings.api_key or load_key()",
    "key = sorted(keys)[{one}]\nsecret: str | None = None\ntoken: Token = lexer.next_token()",
    "def login(password: str, token: Optional[str] = None) -> Session:\n    return connect(password=password, token=token)",
    "const apiKey = process.env.API_KEY; const token = await getToken(user);",
    '{"id": {nine}{three}, "price": {nine}, "ts": 17{eight}, "key": "value", "token_count": {four}}',
    '{"max_tokens": {four}, "token": "the", "tokens": [{five}, {five}, {five}]}',
    "commit {hex40}\nsha256:{hex64}\n{hex8}-{hex4}-4{hex3}-a{hex3}-{hex12}",
    "Follow @anna@mastodon.social and @news_desk@social.example or u/jo, #feed, @jo.",
    "pip install torch=={one}.{two}.{one} numpy>={one}.{two} && python3 -m http.server 8{three}",
    "SELECT token, count(*) FROM words WHERE key = 'a' GROUP BY token LIMIT {three};",
    "color: #{hex6}; margin: {two}px {two}px {two}px {two}px; z-index: {four};",
    "The password policy: at least {two} characters. Password: required. Token: optional. Secret: none.",
    'HTTP/1.1 {three} OK\nContent-Length: {five}\nETag: "{hex16}"\nAge: {four}',
    "ssh-keygen writes -----BEGIN OPENSSH PRIVATE KEY----- as its first line, then base64.",
    "https://a.example/{year}/0{one}/{two}/story-{eight}?page={one}&utm_source=feed#c{five}",
    "Sie sagte: Passwort ändern! Mot de passe oublié ? Contraseña: obligatoria. Пароль: обязателен.",
    "Cookie: a small file. Authorization: the right to do something. Bearer of bad news. Basic needs.",
)  # fmt: skip


_SLOT: Final = re.compile(r"\{([a-z]+\d*)\}")


def _number(least: int, most: int, mark: str = "") -> Callable[[random.Random], str]:
    return lambda chance: f"{int(10 ** chance.uniform(least, most)):,}".replace(",", mark)


def _digits(count: int) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice("123456789") + some(chance, count - 1, string.digits)


def _hex(count: int) -> Callable[[random.Random], str]:
    return lambda chance: some(chance, count, "0123456789abcdef")


def _date(form: str) -> Callable[[random.Random], str]:
    return lambda chance: form.format(
        d=chance.randrange(1, 29), m=chance.randrange(1, 13), y=chance.randrange(1950, 2031)
    )


SLOTS: Final[dict[str, Callable[[random.Random], str]]] = {
    "one": _digits(1), "two": _digits(2), "three": _digits(3), "four": _digits(4), "five": _digits(5), "six": _digits(6),
    "seven": _digits(7), "eight": _digits(8), "nine": _digits(9), "small": _number(0, 3), "year": _date("{y}"),
    "commas": _number(4, 9, ","), "points": _number(4, 9, "."),
    "spaced": lambda chance: _number(4, 9, chance.choice((" ", " ", "\u00a0", "\u202f")))(chance),
    "euros": lambda chance: _number(4, 9, chance.choice((" ", "\u00a0", "\u202f")))(chance),
    "percent": lambda chance: f"{chance.uniform(0, 90):.1f}", "hour": lambda chance: str(chance.randrange(24)),
    "time": lambda chance: f"{chance.randrange(24):02}:{chance.choice((0, 0, 15, 30, chance.randrange(60))):02}",
    "score": lambda chance: f"{chance.randrange(9)}-{chance.randrange(9)}",
    "colon": lambda chance: f"{chance.randrange(9)}:{chance.randrange(9)}",
    "date": _date("{y}-{m:02}-{d:02}"), "dots": _date("{d:02}.{m:02}.{y}"), "slashes": _date("{d:02}/{m:02}/{y}"),
    "day": lambda chance: chance.choice(("Monday", "Tuesday", "Friday")),
    **{f"hex{count}": _hex(count) for count in (3, 4, 6, 8, 12, 16, 40, 64)},
}  # fmt: skip


def filled(chance: random.Random, template: str) -> str:
    """Draw every figure of a template."""
    return _SLOT.sub(lambda match: SLOTS[match[1]](chance), template)


def articles(seed: int, count: int) -> list[str]:
    """Make short articles: in each six sentences of one language."""
    chance = random.Random(seed)
    languages = list(NEWS.values())
    return [
        " ".join(filled(chance, chance.choice(languages[at % len(languages)])) for _ in range(6)) for at in range(count)
    ]


def tables(seed: int, count: int) -> list[str]:
    """Make pages: each of six lines or blocks of tables, one of them a listing."""
    chance = random.Random(seed)
    return [
        "\n".join(filled(chance, chance.choice(LISTINGS if row == 5 else TABLES)) for row in range(6))
        for _ in range(count)
    ]

"""Telephone numbers of some forty countries as people write them there, with a word for phone and without one.

Where the form alone is that of a phone number, no word stands before it; the others stand behind a word of the country.
"""

# ruff: noqa: E501 - a table of texts, in many scripts

import random
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Final, NamedTuple

from tests.bench.planted import Planted, plant

# `#` is any digit, `*` any but 0 and 1; digits are as they are.


class Country(NamedTuple):
    """How a country writes its numbers."""

    international: tuple[str, ...]
    clear: tuple[str, ...]
    """National forms that are a phone's without a word."""
    labelled: tuple[str, ...]
    words: tuple[str, ...]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _country(international: str, clear: str, labelled: str, words: str) -> Country:
    return Country(_split(international), _split(clear), _split(labelled), _split(words))


COUNTRIES: Final = {
    "US": _country("+1 *12 555 01## | +1 (*12) 555-01## | +1-*12-555-01## | +1*125550###", "(*12) 555-01## | *12-555-01## | (*12)555-01##", "*12.555.01## | *12 555 01## | *125550###", "Phone: {} | Call {} today. | Tel. {}"),
    "CA": _country("+1 *16 555 01## | +1-*16-555-01##", "(*16) 555-01## | *16-555-01##", "*165550###", "Tel: {} | Cell: {}"),
    "MX": _country("+52 55 #### #### | +52 1 55 #### ####", "(55) *### ####", "55 *### #### | *## ### ####", "Tel. {} | Teléfono: {} | Llame al {}."),
    "BR": _country("+55 11 9####-#### | +55 (11) ####-####", "(11) 9####-#### | (21) *###-#### | 11 9####-####", "119######## | (11)9########", "Telefone: {} | Celular: {} | Ligue para {}."),
    "AR": _country("+54 9 11 *###-#### | +54 11 *### ####", "(011) 4###-#### | 011 4###-####", "11 4###-#### | 15-*###-####", "Tel.: {} | Teléfono {}"),
    "CL": _country("+56 9 *### #### | +56 2 2### ####", "", "9 *### #### | 2 2### ####", "Teléfono: {} | Fono: {}"),
    "CO": _country("+57 3## ### #### | +57 601 ### ####", "", "3## ### #### | 601 *## ####", "Celular: {} | Teléfono: {}"),
    "GB": _country("+44 20 7### #### | +44 (0)20 7### #### | +44 7### ######", "020 7### #### | (020) 7### #### | 07### ###### | 0161 *## #### | 01632 960###", "0207####### | 07#########", "Tel: {} | Ring {} for details. | Telephone {}"),
    "IE": _country("+353 1 *## #### | +353 87 ### ####", "01 *## #### | (01) *## #### | 087 ### ####", "087#######", "Tel: {} | Phone {}"),
    "DE": _country("+49 30 ####### | +49 (0)30 ####### | +49 151 ######## | 0049 30 #######", "030 ####### | 030/####### | (030) ####### | 0151 ######## | 0211-######", "030####### | 0151########", "Tel.: {} | Telefon {} | Handy: {} | Rufnummer: {}"),
    "AT": _country("+43 1 ####### | +43 664 #######", "01/####### | 0664 ####### | (01) ###### | 0662/######", "0664#######", "Tel.: {} | Telefon: {}"),
    "CH": _country("+41 44 ### ## ## | +41 (0)79 ### ## ##", "044 ### ## ## | 079 ### ## ##", "044/### ## ## | 079#######", "Tel. {} | Téléphone {}"),
    "FR": _country("+33 1 ## ## ## ## | +33 (0)6 ## ## ## ## | +33 6########", "01 ## ## ## ## | 06.##.##.##.## | 06-##-##-##-## | 02 ## ## ## ##", "06######## | 01########", "Tél. : {} | Appelez le {}. | Portable : {}"),
    "BE": _country("+32 2 ### ## ## | +32 4## ## ## ##", "02 ### ## ## | 0475 ## ## ## | 02/###.##.## | 0475/##.##.##", "0475######", "Tél. {} | Tel.: {} | Gsm: {}"),
    "NL": _country("+31 20 ### #### | +31 6 ########", "020 ### #### | 06 ######## | 020-####### | 06-########", "06########", "Telefoon: {} | Bel {} | Tel. {}"),
    "IT": _country("+39 06 #### #### | +39 3## ### ####", "06 #### #### | 06-######## | 02/########", "3## ### #### | 3## ####### | 3#########", "Tel. {} | Cellulare: {} | Telefono {}"),
    "ES": _country("+34 91 ### ## ## | +34 6## ### ###", "", "91 ### ## ## | 6## ### ### | 6## ## ## ## | 91#######", "Teléfono: {} | Tel. {} | Móvil: {}"),
    "PT": _country("+351 21 ### #### | +351 9## ### ###", "", "21 ### #### | 91# ### ### | 21#######", "Telefone: {} | Tel.: {} | Telemóvel: {}"),
    "NO": _country("+47 22 ## ## ## | +47 4## ## ###", "", "22 ## ## ## | 4## ## ### | 22######", "Telefon: {} | Tlf. {} | Mobil: {}"),
    "SE": _country("+46 8 ### ### ## | +46 70 ### ## ##", "08-### ### ## | 070-### ## ## | 08-### ## ##", "070#######", "Telefon: {} | Tel. {} | Mobil: {}"),
    "DK": _country("+45 ## ## ## ##", "", "*# ## ## ## | *#######", "Telefon: {} | Tlf. {} | Ring {}"),
    "FI": _country("+358 9 ### #### | +358 40 ### ####", "09 ### #### | 040 ### #### | (09) #######", "040#######", "Puh. {} | Puhelin: {}"),
    "PL": _country("+48 22 ### ## ## | +48 6## ### ###", "(22) ### ## ##", "22 ### ## ## | 6## ### ### | 6########", "Tel.: {} | Telefon {} | Zadzwoń pod {}."),
    "CZ": _country("+420 2## ### ### | +420 7## ### ###", "", "2## ### ### | 7## ### ### | 7########", "Tel.: {} | Telefon {} | Volejte {}. | telefonní číslo {} | Zavolejte na {}. | mob.: {} | T: {}"),
    "SK": _country("+421 2 #### #### | +421 9## ### ### | 00421 9## ### ###", "02/#### #### | 02/### ### ## | 09## ### ### | 041/*## ## ##", "9## ### ### | 09######## | 2### ####", "Tel.: {} | Mobil: {} | Volajte {}. | zavolajte na číslo {} | M: {}"),
    "HU": _country("+36 1 ### #### | +36 20 ### ####", "(06 1) ### #### | 06-20-###-####", "(1) ### #### | 0620#######", "Tel.: {} | Telefon: {} | Telefonszám: {}"),
    "RO": _country("+40 21 ### #### | +40 7## ### ###", "021 ### #### | 07## ### ### | 021/#######", "07########", "Tel. {} | Telefon: {}"),
    "GR": _country("+30 21# ### #### | +30 69# ### ####", "", "210 ### #### | 69# ### #### | 210#######", "Τηλ.: {} | Τηλέφωνο: {} | Τηλ. {}"),
    "RU": _country("+7 495 ###-##-## | +7 (495) ###-##-## | +7 9## ### ## ##", "8 (495) ###-##-## | 8 (9##) ###-##-## | 8-9##-###-##-##", "8 495 ### ## ## | 89#########", "Тел.: {} | Телефон: {} | Звоните: {}"),
    "UA": _country("+380 44 ### ## ## | +380 (67) ###-##-##", "(044) ###-##-## | 067 ### ## ##", "067####### | 044 ### ## ##", "Тел.: {} | Телефон: {}"),
    "TR": _country("+90 212 ### ## ## | +90 5## ### ## ##", "(0212) ### ## ## | 0212 ### ## ## | 05## ### ## ##", "05#########", "Tel: {} | Telefon: {}"),
    "IL": _country("+972 3 ### #### | +972 5# ### ####", "03-###-#### | 05#-###-#### | 03-#######", "05########", "טלפון: {} | טל' {} | Tel: {}"),
    "SA": _country("+966 11 ### #### | +966 5# ### ####", "011 ### #### | 05# ### ####", "05########", "هاتف: {} | الهاتف: {} | جوال: {}"),
    "EG": _country("+20 2 #### #### | +20 10 #### ####", "02 #### #### | 010 #### ####", "010########", "هاتف: {} | تليفون: {} | ت: {}"),
    "IR": _country("+98 21 #### #### | +98 912 ### ####", "021-######## | 0912 ### ####", "0912#######", "تلفن: {} | شماره تماس: {}"),
    "IN": _country("+91 98### ##### | +91 11 #### ####", "011-######## | 022 #### ####", "98### ##### | 98########", "फ़ोन: {} | फोन: {} | Mobile: {} | Phone: {}"),
    "CN": _country("+86 10 #### #### | +86 138 #### ####", "010-######## | (010) ######## | 021-########", "138 #### #### | 138######## | 138-####-####", "电话：{} | 电话: {} | 手机：{} | 联系电话：{} | 拨打 {}"),
    "HK": _country("+852 2### ####", "", "2### #### | 9### #### | 2#######", "電話：{} | Tel: {} | 查詢電話: {}"),
    "JP": _country("+81 3-####-#### | +81 90 #### ####", "03-####-#### | 090-####-#### | (03) ####-#### | 06-####-####", "090########", "電話：{} | 電話番号: {} | TEL {} | 携帯：{}"),
    "KR": _country("+82 2-###-#### | +82 10-####-####", "02-###-#### | 010-####-#### | 02-####-####", "010########", "전화: {} | 전화번호: {} | 연락처: {} | 휴대폰: {}"),
    "AU": _country("+61 2 #### #### | +61 4## ### ###", "(02) #### #### | 02 #### #### | 04## ### ###", "04######## | 1300 ### ###", "Phone: {} | Call {} now. | Ph: {}"),
    "NZ": _country("+64 9 ### #### | +64 21 ### ####", "(09) ### #### | 09 ### #### | 021 ### ####", "021#######", "Phone: {} | Ph {}"),
    "ZA": _country("+27 11 ### #### | +27 82 ### ####", "011 ### #### | (011) ### #### | 082 ### ####", "082#######", "Tel: {} | Cell: {}"),
}  # fmt: skip
# Words that no phone's are: the number's own form must tell.
_BARE: Final = ("Write or try {} in the evening.", "({})", "{} was on the card.", "Office 3, {}, second floor", "“{}”")
SCRIPTS: Final = {
    "Arabic": ("٠١٢٣٤٥٦٧٨٩", "هاتف: {}", "+966 5# ### ####"),
    "Persian": ("۰۱۲۳۴۵۶۷۸۹", "تلفن: {}", "021-########"),
    "Devanagari": ("०१२३४५६७८९", "फ़ोन: {}", "+91 98### #####"),
    "Bengali": ("০১২৩৪৫৬৭৮৯", "ফোন: {}", "+880 17## ######"),
    "Thai": ("๐๑๒๓๔๕๖๗๘๙", "โทร. {}", "02 ### ####"),
    "fullwidth": ("０１２３４５６７８９", "電話：{}", "03-####-####"),
}


def planted(seed: int, each: int) -> Iterator[Planted]:
    """Plant `each` of every form of every country."""
    chance = random.Random(seed)
    for name, country in COUNTRIES.items():
        for _ in range(each):
            for form in (*country.international, *country.clear):
                yield plant(name, draw(chance, form), chance.choice(_BARE))
            for form in (*country.labelled, *country.clear):
                yield plant(name, draw(chance, form), chance.choice(country.words))


def planted_in_scripts(seed: int, each: int) -> Iterator[Planted]:
    """Plant numbers in digits that are not ASCII."""
    chance = random.Random(seed)
    for name, (digits, template, form) in SCRIPTS.items():
        native = str.maketrans("0123456789", digits)
        for _ in range(each):
            yield plant(f"{name} digits", draw(chance, form).translate(native), template)


def draw(chance: random.Random, form: str) -> str:
    """Draw the digits of a form."""
    drawn = [
        chance.choice("23456789") if sign == "*" else chance.choice("0123456789") if sign == "#" else sign
        for sign in form
    ]
    return "".join(drawn)


def planted_by_library() -> Iterator[Planted]:
    """Plant the example numbers of `phonenumbers`, where it is installed: a national one stands behind a word."""
    if find_spec("phonenumbers") is None:
        return
    library = import_module("phonenumbers")
    formats, kinds = library.PhoneNumberFormat, library.PhoneNumberType
    for region, country in COUNTRIES.items():
        for kind in (kinds.FIXED_LINE, kinds.MOBILE):
            number = library.example_number_for_type(region, kind)
            for form in (formats.INTERNATIONAL, formats.E164, formats.NATIONAL):
                place = country.words[0] if form == formats.NATIONAL else _BARE[0]
                yield plant(region, library.format_number(number, form), place)

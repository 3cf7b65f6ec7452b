"""Phone numbers: those of many countries, and figures that are none."""

import pytest

from otel_training.privacy.redact import Redactor

FOUND = [
    # France, Russia, China, Brazil, Ukraine, Turkey, Hungary: by their form.
    "01.23.45.67.89", "06-12-34-56-78", "01 23 45 67 89", "8 (495) 123-45-67", "8-800-555-35-35", "8 (3412) 12-34-56",
    "138 1234 5678", "139-1234-5678", "(11) 91234-5678", "(044) 123-45-67", "0532 123 45 67", "06 1 234 5678",
    "0049 (0)30 1234567", "1 (415) 555-0132", "+(370) 95896935", "+49 (0)30 1234567", "0123456789", "020 7946 0958",
    "(06 1) 516 3509", "06-20-523-4696", "06-30-912-3456", "(01) 862436", "02/123 456 78", "02/5930 1234",
    "041/512 34 56", "0905 123 456", "+420 777 123 456", "+421 2/5930 1234", "00420 777 123 456",
]  # fmt: skip
LABELLED = [
    "手机\uff1a{13812345678}", "电话\uff1a{2123 4567}", "香港電話 {9123 4567}", "致电{400-123-4567}",
    "電話\uff1a{03-1234-5678}", "전화: {010-1234-5678}", "Звоните {8 495 123 45 67}",
    "Тел. {(495) 123-45-67}", "هاتف: {٠٥٠ ١٢٣ ٤٥٦٧}", "फोन: {९८७६५ ४३२१०}",
    "Tel: {\uff10\uff13\uff0d\uff11\uff12\uff13\uff14\uff0d\uff15\uff16\uff17\uff18}",
    "โทร {081-234-5678}", "טלפון: {050-123-4567}", "τηλ. {210 123 4567}",
    "điện thoại {090 123 4567}", "تلفن: {۰۲۱ ۱۲۳۴ ۵۶۷۸}", "Telefon: {411 235 337}",
    "tel {55 1234 5678}", "Puhelin: {040 123 4567}", "Telefonszám: {06-2/057 5594}",
    "Volejte {777 123 456}", "Volajte {905 123 456}", "Fono: {9 3732 2515}", "Ph {1300 364 367}",
    "Celular: {(11)961507371}", "Rufnummer: {015160013366}", "Office 3, {(55) 2015 3310}",
    "ফোন: {01712-345678}", "Biuro prasowe, {609 141 777}, Warszawa", "Numéro {91 41 77 76}",
    "我的号码是{13812345678}。",
    "telefonní číslo {777 123 456}", "Zavolejte na {777 123 456}", "zavolajte na číslo {905123456}",
    "Mob: {777-123-456}",
    "mob.: {602 123 456}", "na čísle {234 567 890}", "linka {777123456}", "T: {777 123 456}", "Jan, M: {905 123 456}",
    "call the number {609 141 777}", "numer telefonu: {609 141 777}", "Zadzwoń pod numer {609 141 777}",
    "chiamate il numero {347 123 456}", "Anruf unter {030 12 34 56}",
]  # fmt: skip
KEPT = [
    "18:00 01.02.2025", "8:00 01.02.2025 and 09:00 02.03.2024", "at 20:00 03-04-2025, 21:00 2025-04-03",
    "411 235 337 Kč", "Total 609 141 777 Ft", "+411 235 337 Kč", "Celkem 411 235 337 kusů",
    "411 235 337 obyvatel", "EUR 411 235 337", "₴ 411 235 337", "12 345 678 and 411 235 337 euros",
    "mobile revenue rose to 12 345 678", "rows 84 85 84 85", "Leeds 84 85 84 85", "2010 2015 2019 2020",
    "981 24 158 17", "212 555 1234 17", "CUSIP 037833100", "037833100", "CIK 0000320193",
    "0000320193 037833100", "UPC 012345678905", "0320193001 0378331005", "05 12 23 34 45 49", "05 12 23 34 45",
    "01 07 19 23 44", "(12) 345 678 units", "1.234.567,00 and 411 235 337,50", "Boston, MA 02110-1301, USA",
    "Bilanzsumme 19 293 000 10 418 127", "163 118 027 117 814 128", "Telefony komórkowe ma 184 710 298 osób",
    # Rows of code points and of bytes, in a dump and in a table; a figure that goes on; versions, hashes, decimals.
    "0391 0314 0342", "1F82; 0391 0313 0300; 0391 0313", "0047 0066 0300", "0041 030A 0301 0061 0345",
    "00 00 00 00 00", "00000040  33 34 35 36", "3b 04 12 07 33 09 e1", "0000 0000 0010",
    "Bilanzsumme 15 003 118 29\u202f104", "-418\u00a0007\u00a0201 88\u202f310\u202f224", "000000-999999",
    "libfoo 1.2+20230711-3", "merge 0512334478 into main", "commit `0733120945`", "0 0014 8.107 6.25 6.25 0",
    "06-20-92", "06-20-1992", "06.20.1992", "(01) 1234 5", "(01) 09521234543213",
    "Loni jich bylo 777 123 456, letos 605 218 904",
    "mobilní operátoři na trhu mají 777 123 456 zákazníků", "CM: 777 123 456", "M: 777 123 456 Kč", "číslo 777 123 456",
    "chr3:46129501-98922138", "Firefox 250.0.4.73", '{"id": 651720982222}',
]  # fmt: skip
ADDRESSES = {
    "4.2.1.3 Scope of the work": "4.2.1.3 Scope of the work",
    "Section 4.2.1.3 and § 12.4.1.2 apply, see 3.1.2.4": "Section 4.2.1.3 and § 12.4.1.2 apply, see 3.1.2.4",
    "La ley 64, artículo 79.7.9.4, kernel 5.15.0.79": "La ley 64, artículo 79.7.9.4, kernel 5.15.0.79",
    "Index\n7.8.1.79 Terms\n6.4.4.4 Ämter": "Index\n7.8.1.79 Terms\n6.4.4.4 Ämter",
    "man-db (2.8.6.1-2), version 0.12.200.1": "man-db (2.8.6.1-2), version 0.12.200.1",
    "from 4.2.1.3, ping 8.8.8.8, 10.1.2.3, 203.0.113.7:80": "from <IP_1>, ping <IP_2>, <IP_3>, <IP_4>:80",
    "0 0111 18c0 1.52-.87 2.83-2.12 3.51.98.32 2.03.5": "0 0111 18c0 1.52-.87 2.83-2.12 3.51.98.32 2.03.5",
    "M7.5 2.558a.75.75 0 1101.5.75 0-.41.34 7.71.64.31": "M7.5 2.558a.75.75 0 1101.5.75 0-.41.34 7.71.64.31",
    "see https://a.example/7.18.4.101/ and /dl/a.zip": "see https://a.example/7.18.4.101/ and /dl/a.zip",
    "bumped zlib from 7.1.64.20 to 7.1.64.90": "bumped zlib from 7.1.64.20 to 7.1.64.90",
    "arn:aws:x:eu-west-1::a3f/L-7, us-east-2::ec2": "arn:aws:x:eu-west-1::a3f/L-7, us-east-2::ec2",
    "hop 3  198.51.100.9  12.345 ms, https://198.51.100.9/7": "hop 3  <IP_1>  12.345 ms, https://<IP_1>/7",
    "http://4.2.1.3/x, 1.1.1.1, 4.2.1.3:8080, host: 12.1.2.3": "http://<IP_1>/x, <IP_2>, <IP_1>:8080, host: <IP_3>",
}


@pytest.mark.parametrize("number", FOUND)
@pytest.mark.parametrize("text", ["{}", "Press office, {}, London", "The number {} was there.", "Tel. {}", "({})"])
def test_finds_what_has_the_form_of_a_phone_number(number: str, text: str) -> None:
    """With a word for phone and without."""
    assert text.format("<PHONE_1>") == Redactor().redact(text.format(number))


@pytest.mark.parametrize("text", LABELLED)
def test_finds_what_a_word_says_to_be_one(text: str) -> None:
    """In many scripts, and in their digits."""
    before, rest = text.split("{")
    number, behind = rest.split("}")

    assert f"{before}<PHONE_1>{behind}" == Redactor().redact(before + number + behind)


def test_reads_whole_words_alone() -> None:
    """The end of a word that begins too far away is no word: here `n`, which would be that of a number."""
    text = "The technician can be reached at the desk of this paper, {}. Off the island"

    assert text.format("<PHONE_1>") == Redactor().redact(text.format("(415) 555-0132"))


@pytest.mark.parametrize("text", KEPT)
def test_leaves_figures(text: str) -> None:
    """Times, amounts, rows and the numbers of registries are news."""
    assert text == Redactor().redact(text)


@pytest.mark.parametrize("text", ADDRESSES)
def test_tells_sections_from_addresses(text: str) -> None:
    """Small numbers are those of a section, unless something says that they are a host's."""
    assert ADDRESSES[text] == Redactor().redact(text)

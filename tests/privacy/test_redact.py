"""Redaction."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_training.privacy.json_text import json_spans
from otel_training.privacy.redact import Redactor

FOUND = {
    "Write to bob.o'hara+x@mail.example.co.uk now.": "Write to <EMAIL_1> now.",
    "Grüße an jürgen@müller.example!": "Grüße an <EMAIL_1>!",
    "<a@b.example>,c@d.example": "<<EMAIL_1>>,<EMAIL_2>",
    "Il va rêver. 93.136.210.122": "Il va rêver. <IP_1>",
    "IBAN DE89 3704 0044 0532 0130 00 AND MORE": "IBAN <IBAN_1> AND MORE",
    "GB82WEST12345698765432, NO93 8601 1117 947.": "<IBAN_1>, <IBAN_2>.",
    "FR14 2004 1010 0505 0001 3M02 606": "<IBAN_1>",
    "NL91-ABNA-0417-1643-00": "<IBAN_1>",
    "Ring 39150008, or call 6175550119 now": "Ring <PHONE_1>, or call <PHONE_2> now",
    "Zadzwoń: 609 141 777 zł": "Zadzwoń: <PHONE_1> zł",
    "Kontakt 91 41 77 76, 981 24 158, 609 141 777": "Kontakt <PHONE_1>, <PHONE_2>, <PHONE_3>",
    "11 91234-5678 e 12 3915-0008": "<PHONE_1> e <PHONE_2>",
    "+1-780-563-6083x7783, 881.428.6570x704": "<PHONE_1>, <PHONE_2>",
    "maestro 6759 3662 5853, jcb 3530111333300000": "maestro <CARD_1>, jcb <CARD_2>",
    "Value:2001:db8::ff1e:5363": "Value:<IP_1>",
    "Call +47 22 55 01 47 today": "Call <PHONE_1> today",
    "Tel.: (415) 555-0132": "Tel.: <PHONE_1>",
    "fax 617.555.0119, or 617-555-0110": "fax <PHONE_1>, or <PHONE_2>",
    "+49 (0)30 1234567 and 0049 30 7654321": "<PHONE_1> and <PHONE_2>",
    "030 1234567, 01 55 50 12 34": "<PHONE_1>, <PHONE_2>",
    "from 192.168.1.10.": "from <IP_1>.",
    "http://10.0.0.1:8080/x": "http://<IP_1>:8080/x",
    "peer fe80::1ff:fe23:4567:890a up": "peer <IP_1> up",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334": "<IP_1>",
    "card 4111 1111 1111 1111, 5500005555555559": "card <CARD_1>, <CARD_2>",
    "amex 3782-822463-10005": "amex <CARD_1>",
    "key sk-ant-api03-abcdefgh1234_-": "key <KEY_1>",
    "OPENAI=sk-proj-abcdefghijklmnop1234": "OPENAI=<KEY_1>",
    "AKIAIOSFODNN7EXAMPLE": "<KEY_1>",
    "ghp_abcdefghijklmnopqrstuvwx0123 github_pat_11ABCDEFG0abcdefghijklm": "<KEY_1> <KEY_2>",
    "xoxb-123456789012-abcdefghij": "<KEY_1>",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv": "<KEY_1>",
    "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def!": "jwt <KEY_1>!",
    "Authorization: Bearer abc.def1234567": "Authorization: Bearer <KEY_1>",
    "Authorization: Basic dXNlcjpwYXNz": "Authorization: Basic <KEY_1>",
    "https://user:pw@host.example/x": "https://<KEY_1>@host.example/x",
    "password=hunter22&x=1": "password=<KEY_1>&x=1",
    'api_key: "abc12345678"': 'api_key: "<KEY_1>"',
    "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nafter": "<KEY_1>\nafter",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcw\ncut of": "<KEY_1>\ncut of",
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEvQIBADANBgkqhkiG9w0B\nAQEF": "<KEY_1>",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc\n-----END PGP PRIVATE KEY BLOCK-----\nafter": "<KEY_1>\nafter",
    "card 4111 1111 1111 1111 12 25": "card <CARD_1> 12 25",
    "4111111111111111,4242424242424242": "<CARD_1>,<CARD_2>",
    "In 2024 212-555-0123": "In 2024 <PHONE_1>",
    "10.0.0.1-10.0.0.9": "<IP_1>-<IP_2>",
    "2001:db8:1::1: refused": "<IP_1>: refused",
    "route 2001:db8::/32": "route <IP_1>/32",
    "电话+8613812345678号": "电话<PHONE_1>号",
    "卡4111111111111111。": "卡<CARD_1>。",
    "https://a.example/pay?card=4111111111111111&x=1": "https://a.example/pay?card=<CARD_1>&x=1",
    "Maestro: 587340177894": "Maestro: <CARD_1>",
    "a@b.example_x, john@example.com@": "<EMAIL_1>_x, <EMAIL_2>@",
    "https://user:p@ss@host.example/x": "https://<KEY_1>@host.example/x",
    '{"password": "swordfish", "api_key": "hunter2"}': '{"password": "<KEY_1>", "api_key": "<KEY_2>"}',
    "dbPassword=abcd clientSecret=efgh passphrase=ijkl": "dbPassword=<KEY_1> clientSecret=<KEY_2> passphrase=<KEY_3>",
    "Authorization: Bearer abcdefghijklmnop": "Authorization: Bearer <KEY_1>",
    "sk_live_abcdefghijklmnop1234 sk-abcdefghijklmnop1234": "<KEY_1> <KEY_2>",
    "Passwort: geheim12, mot de passe : secret123": "Passwort: <KEY_1>, mot de passe : <KEY_2>",
    "contraseña: abc12345, senha=abc, lösenord: hemligt12": "contraseña: <KEY_1>, senha=<KEY_2>, lösenord: <KEY_3>",
    "Hasło: tajne123, jelszó: titok123, şifre=abc": "Hasło: <KEY_1>, jelszó: <KEY_2>, şifre=<KEY_3>",
    "Пароль: qwerty123, 密码\uff1aabc12345": "Пароль: <KEY_1>, 密码\uff1a<KEY_2>",
    "비밀번호=abcd1234, كلمة المرور: abc1234": "비밀번호=<KEY_1>, كلمة المرور: <KEY_2>",
    "Toegangscode: winter24, palavra passe: abc12345, Clave: Luz47xyz": (
        "Toegangscode: <KEY_1>, palavra passe: <KEY_2>, Clave: <KEY_3>"
    ),
    "Kata sandi: rahasia7, clave de acceso = sol2x8ab, Parola d'ordine: m4r3e5cielo": (
        "Kata sandi: <KEY_1>, clave de acceso = <KEY_2>, Parola d'ordine: <KEY_3>"
    ),
    "کلمه عبور: abc12345, Συνθηματικό: abc1234x, Парола: qwerty77, 提取码: a1b2c3": (
        "کلمه عبور: <KEY_1>, Συνθηματικό: <KEY_2>, Парола: <KEY_3>, 提取码: <KEY_4>"
    ),
    "パスコード\uff1aabc12345, 暗証番号=9x8y7z, পাসওয়ার্ড: abc123, Лозинка: abc1234": (
        "パスコード\uff1a<KEY_1>, 暗証番号=<KEY_2>, পাসওয়ার্ড: <KEY_3>, Лозинка: <KEY_4>"
    ),
    "The passcode was 7Gables! Kennwort lautet Wald2Feld.": "The passcode was <KEY_1>! Kennwort lautet <KEY_2>.",
    "Le mot de passe est mer9bleu, la contraseña es sol7mar (hoy).": (
        "Le mot de passe est <KEY_1>, la contraseña es <KEY_2> (hoy)."
    ),
    "Salasana on talvi24x; heslo je zima24x; jelszó: tel9nap9, Пароль — zima2024!": (
        "Salasana on <KEY_1>; heslo je <KEY_2>; jelszó: <KEY_3>, Пароль — <KEY_4>!"
    ),
    "Cookie: sid=abcdef12; a=b": "Cookie: <KEY_1>",
    "curl -u jo:7h6Xmtel6Vrp https://a.example/x": "curl -u jo:<KEY_1> https://a.example/x",
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAVKCA7TZS208ZTHHJ/20250201/s3, Signature=fe5f80f77d5f": (
        "Authorization: AWS4-HMAC-SHA256 <KEY_1>"
    ),
    "Authorization: Token abcdef123456": "Authorization: Token <KEY_1>",
    "glpat-abcdefghijklmnopqrst, hf_abcdefghijklmnopqrstuvwxyzabcdefgh": "<KEY_1>, <KEY_2>",
    "https://a.example/?sig=abc&id=7#access_token=x": "https://a.example/?sig=<KEY_1>&id=7#access_token=<KEY_2>",
    "[a](https://a.example/?id=7&session=ab%20c), x": "[a](https://a.example/?id=7&session=<KEY_1>), x",
    "https://a.example/?X-Amz-Signature=1&key=2.": "https://a.example/?X-Amz-Signature=<KEY_1>&key=<KEY_2>.",
}
KEPT = [
    "token = tokenizer.decode(ids[0]), token=tokenizer.decode(x), password: None, tokens = [12345678]",
    "connect(password=password, token=token), api_key=api_key.",
    "Follow @user@mastodon.social and @jo_1@social.example, x?sig=abc, https://a.example/?id=7&author=jo&design=2",
    "A file that begins with -----BEGIN PRIVATE KEY----- holds a key. So does the next.",
    "From -----BEGIN RSA PRIVATE KEY----- to -----END RSA PRIVATE KEY----- all is Base64.",
    "-----BEGIN PRIVATE KEY----- internationalization of understanding, -----END PRIVATE KEY-----",
    "2025-01-02T10:30:00Z, 01-02-2025 10:30, 02.01.2025, 10:00:00, 1990-2025",
    "ISBN 978-3-16-148410-0, ISBN 0-306-40615-2",
    "$1,234,567.89; 1.200.000,00; 4 111 111; 12.5 %; 0.123 456 789",
    "article 4815162342, build 20251126103000, 1795688379363",
    "v1.2.3.4, version 1.2.3.4, Release 10.0.0.1, 1.2.3.4.5, 256.1.1.1",
    "4111 1111 1111 1112 is no card",
    "std::vector, a::b, 12:30, ratio 3:2:1, ::",
    "@handle, a@b, user@localhost",
    "sk-short, task-force-on-something, the token of the day, secret: nobody knows",
    "The password is base64-encoded, 12-character at least, and was SHA256-hashed in v1.2.3: the password is required.",
    'La clave: COVID-19 y 25 medidas. La clave es el G20. La parola d\'ordine: "ripartire" nel 2024.',
    "Sandi: the first of 24 days. Geslo: skupaj 2024. Heslo je svoboda, hasło to wolność. Пароль — это 8 символов.",
    "basic understanding, the bearer of news, a password is needed",
    "https://news.example/chips/asml-orders?id=17&page=2",
    "<EMAIL_1> and <KEY_2>",
    "https://news.example/sk-hynix-reports-record-profit-2024, sk-learn-contrib-imbalanced",
    "https://x.example?q=a,b@c, Authorization: Basic understanding",
    "Chrome/120.0.0.0 Safari/537.36, token = tokenizer.encode",
    "+20 000 000 euros, +1.25 (2.10) 103.4 22.1, -0.5 +12.345 678 90, +3 -1 +12 -4 2024 5",
    "2024:0101:1200, 2001:db8:1:2:3:4:5:6:x",
    "05 12 23 34 45 49, 00 12 34 56 78 90",
    "DE88 3704 1144 1532 1130 10, DE89370400440532013000x, XX89370400440532013000, DE12 345 678",
    "revenue of 609 141 777 zł, EUR 512 345 678, 410 000 000",
    "order 0123456789, ISBN 0306406152, EAN 4006381333931",
    "https://a.example/story-4111111111111111.html, https://a.example/?id=5500005555555559",
    "parcels 629677142115 and 587340177894, --accounts 123456789012 567890123456",
    "PWD=/home/jo/projects2 OLDPWD=~/a1b2c3 pwd: C:\\Users\\jo7 pwd=$HOME/x1",
    "password=*** pwd=${DB_PASS1} secret={secret} token=%(tok3n)s api_key={{ key_2 }} PASSWORD=$PGPASSWORD",
    "Call on 2024-01-15, ring 15.01.2024, dial 20240115",
    "",
]


@pytest.mark.parametrize("text", FOUND)
def test_replaces_secrets_and_personal_data(text: str) -> None:
    """What it finds becomes a placeholder; the rest of the text stays."""
    assert FOUND[text] == Redactor().redact(text)


@pytest.mark.parametrize("text", KEPT)
def test_keeps_what_only_looks_alike(text: str) -> None:
    """Dates, prices, versions, identifiers and prose stay."""
    redactor = Redactor()

    assert (text, 0) == (redactor.redact(text), redactor.count)


def test_gives_the_same_secret_the_same_placeholder() -> None:
    """Within one record prompt and answer stay consistent; replacements are counted."""
    redactor = Redactor()
    texts = [
        redactor.redact("a@x.example, b@x.example"),
        redactor.redact("b@x.example"),
        redactor.redact("+4722550147"),
    ]

    assert (["<EMAIL_1>, <EMAIL_2>", "<EMAIL_2>", "<PHONE_1>"], 4, {"EMAIL": 3, "PHONE": 1}) == (
        texts, redactor.count, redactor.counts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("https://a.example/?to=bob%40news.example&x=1", "https://a.example/?to=<EMAIL_1>&x=1"),
        ("see https://a.example/?tel=%2B44+20+7946+0958.", "see https://a.example/?tel=<PHONE_1>."),
        (
            "https://r.example/?u=https%3A%2F%2Fn%C3%A9.example%2F7%3Fto%3Dbob%40news.example%26p%3D2",
            "https://r.example/?u=https%3A%2F%2Fn%C3%A9.example%2F7%3Fto%3D<EMAIL_1>%26p%3D2",
        ),
        ("https://r.example/?u=%FFcall%20%2B44+20+7946+0958%C3%A9", "https://r.example/?u=%FFcall%20<PHONE_1>%C3%A9"),
        ("https://a.example/%2B44%2020%207946%200958/card", "https://a.example/<PHONE_1>/card"),
        ("https://a.example/?q=Z%C3%BCrich%20rose%2012%25", "https://a.example/?q=Z%C3%BCrich%20rose%2012%25"),
        ("12%20 of 40% and 7%AB", "12%20 of 40% and 7%AB"),
    ],
)
def test_reads_what_a_url_encodes(text: str, redacted: str) -> None:
    """What is a secret when it is read is replaced, and nothing else: such as the article that a parameter names."""
    assert redacted == Redactor().redact(text)
    assert redacted == Redactor().redact(redacted)


def test_does_not_print_what_it_found() -> None:
    """Logs and tracebacks show values."""
    redactor = Redactor()
    redactor.redact("a@x.example")

    assert "Redactor(counts={'EMAIL': 1})" == repr(redactor)


def test_what_ends_in_json_or_another_script_is_searched_to_its_end() -> None:
    """Where something was taken before it, and the last thing in the text is looked at again."""
    text = 'Zoë said: "12 % <b>&amp;</b> \\ / \u2028 日本"\n\tbob@news.example \x00\x1f\x7f {"a": [1]} '

    assert text.replace("bob@news.example", "<EMAIL_1>") == Redactor().redact(text)


@pytest.mark.parametrize(
    "unit", ["4111111111111111 ", "+111111111111111", "a@a.bb@", "10.0.0.1-", "212-555-0123-", "01 ", "22 55 "]
)
def test_a_chain_of_secrets_is_stable(unit: str) -> None:
    """What one replacement lays bare does not wait for the next redaction."""
    once = Redactor().redact(unit * 30)

    assert once == Redactor().redact(once)


SPELLINGS = [
    ("+49 30 1234567", "+49-30-1234567", "0049 30 1234567", "+49 (0)30 1234567", "(+49 30 1234567)", "030 1234567"),
    ("(415) 555-0132", "415-555-0132", "+1 415 555 0132", "415.555.0132"),
    ("Jo@News.example", "jo@news.example", "JO@NEWS.EXAMPLE"),
    ("4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111"),
    ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    ("2001:DB8::FF1E:5363", "2001:db8::ff1e:5363"),
]


@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda spellings: spellings[0])
def test_one_secret_has_one_placeholder_in_any_spelling(spellings: tuple[str, ...]) -> None:
    """Prompt and answer write it differently; whichever comes first."""
    for order in (spellings, spellings[::-1]):
        redactor = Redactor()
        placeholders = {redactor.redact(f"It is {spelling}.") for spelling in order}

        assert 1 == len({text.replace("(", "").replace(")", "") for text in placeholders}), placeholders


def test_different_secrets_have_different_placeholders() -> None:
    """However alike they are."""
    text = "212-555-0100, 312-555-0100, +44 20 7946 0958, +44 20 7946 0959, jo@a.example, joe@a.example"

    assert "<PHONE_1>, <PHONE_2>, <PHONE_3>, <PHONE_4>, <EMAIL_1>, <EMAIL_2>" == Redactor().redact(text)


@pytest.mark.parametrize("literal", ["<EMAIL_1>", "<PHONE_1>", "<KEY_1>", "<EMAIL_1> and <EMAIL_2>"])
def test_what_reads_like_a_placeholder_is_nobodys(literal: str) -> None:
    """A text may hold some already: they stand for something else."""
    redacted = Redactor().redact(f"{literal} is not jo@a.example, +44 20 7946 0958 or password: hunter22.")
    placeholders = redacted.removeprefix(literal)

    assert redacted.startswith(literal)
    assert [] == [placeholder for placeholder in literal.split(" and ") if placeholder in placeholders]


@pytest.mark.parametrize(
    "number", ["+49 30 1234567", "(415) 555-0132", "030 1234567", "+49 (0)30 1234567", "22 55 01 47"]
)
@pytest.mark.parametrize("around", ["({})", "(phone {})", "see ({}, mornings)", "[tel {}]", "(phone: ({}))"])
def test_brackets_stay_in_pairs(number: str, around: str) -> None:
    """Those around a number are not its own."""
    assert around.format("<PHONE_1>") == Redactor().redact(around.format(number))


JSON = [
    '{"token": 12345678}',
    '{"token":12345678,"n":1}',
    '{"phone": 39150008}',
    '[{"card": 4111111111111111}]',
    '{"n": [4111111111111111, 2]}',
    "[4111111111111111]",
    '{"a": {"api_key": 1234567890123}}',
    '{"secret": [12345678]}',
    '{"password": "hunter22"}',
    '{"password": true, "token": 87654321, "text": "Ask jo@a.example\\nor 10.0.0.1"}',
    '{"arguments": "{\\"token\\": 12345678, \\"mail\\": \\"jo@a.example\\"}"}',
    '{"jo@a.example": 1, "+44 20 7946 0958": 2}',
    '{"key": "-----BEGIN PRIVATE KEY-----", "text": "One"}',
    '{"password": "a\\"b\\\\c12345"}',
    '{"url": "https://u:p@h.example/x", "tel": "030 1234567"}',
    '{"x": -4111111111111111}',
    '{"token": 1.2345678e10}',
    '{"text": "token=abc123}"}',
    '{"a":"Bearer abcdef123456"}',
    '[["+44 20 7946 0958"], 39150008]',
]


@pytest.mark.parametrize("around", ["{}", "Here: {} and that.", "```json\n{}\n```\nDone.", "{}\n{}"])
@pytest.mark.parametrize("text", JSON)
def test_json_stays_json(text: str, around: str) -> None:
    """What parses before parses after, with the same objects and lists around other texts and numbers."""
    redacted = Redactor().redact(around.replace("{}", text))
    before, after = (
        list(json_spans(document, re.compile(r"[\[{]"))) for document in (around.replace("{}", text), redacted)
    )

    assert [type(span.value) for span in before] == [type(span.value) for span in after]
    assert [len(span.value) for span in before] == [len(span.value) for span in after]


@given(
    st.recursive(
        st.sampled_from(
            ["jo@a.example", "hunter2222", "+44 20 7946 0958", 39150008, 4111111111111111, "x", 12345678, None]
        ),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["token", "phone", "password", "text", "api_key", "a@b.example"]), inner, max_size=3
            )
        ),
    ),
    st.booleans(),
)
def test_any_json_stays_json(value: object, spaced: bool) -> None:  # noqa: FBT001 - how it is written
    """Whatever it holds, and however it is written."""
    text = json.dumps({"items": value}, indent=1 if spaced else None)

    assert ["items"] == list(json.loads(Redactor().redact(text)))
    assert ["items"] == list(json.loads(Redactor().redact(json.dumps({"items": text})))), text


def test_numbers_and_keys_of_json_are_redacted() -> None:
    """A phone number is one as an integer, too; a field's name tells what a text alone does not."""
    value = {
        "jo@a.example": 1, "card": 4111111111111111, "phones": [39150008, "39150009"], "count": 39150008,
        "password": "swordfish", "token": "abc", "name": "swordfish", "id": "jo@a.example",
    }  # fmt: skip

    assert {
        "<EMAIL_1>": 1, "card": "<CARD_1>", "phones": ["<PHONE_1>", "<PHONE_2>"], "count": 39150008,
        "password": "<KEY_1>", "token": "abc", "name": "swordfish", "id": "<EMAIL_1>",
    } == Redactor().redact_json(value)  # fmt: skip


def test_no_pattern_takes_a_placeholder() -> None:
    """Nor what another pattern has taken: it would be a secret in each round."""
    for text in FOUND.values():
        for begin in ("curl -u jo:", "Cookie: ", "password=", "https://a.example/?key=", "Authorization: Token "):
            redactor = Redactor()
            redactor.redact(begin + text)

            assert redactor.count <= text.count("<"), begin + text


def test_walks_json_and_leaves_ids_alone() -> None:
    """Texts in nested values are redacted; what links records is not."""
    value = {
        "id": "+4722550147",
        "content": ["a@x.example", {"insight_id": "b@x.example", "n": 1}],
        "extraction_id": {"t": "c@x.example"},
    }

    assert {
        "id": "+4722550147",
        "content": ["<EMAIL_1>", {"insight_id": "b@x.example", "n": 1}],
        "extraction_id": {"t": "<EMAIL_2>"},
    } == Redactor().redact_json(value)


def test_cuts_what_is_nested_too_deep() -> None:
    """Below its depth nothing is kept rather than kept unseen."""
    value: object = "a@x.example"
    for _ in range(20):
        value = [value]

    assert "a@x.example" not in str(Redactor().redact_json(value))


@pytest.mark.parametrize("words", [1, 12, 60])
def test_a_key_between_two_of_another_form_is_found(words: int) -> None:
    """Their places are looked at as one: that both ends of it are taken says nothing of what is between."""
    prose, own, other = " word" * words, f"sk-{'aB3dE6gH9jK2' * 4}", f"sk-ant-api03-{'cD4eF7hJ0kL3' * 4}"

    assert f"<KEY_1>{prose} <KEY_2>{prose} <KEY_3>" == Redactor().redact(f"{other}{prose} {own}{prose} {other[:-1]}")


TEXTS = st.text() | st.text(alphabet="+0123456789 .-@()a:/<>_sk") | st.lists(st.sampled_from(list(FOUND))).map("".join)


@given(TEXTS)
def test_redacting_twice_changes_nothing(text: str) -> None:
    """A redacted text is stable."""
    once = Redactor().redact(text)

    assert once == Redactor().redact(once)


UNITS = [
    "a", "1", "@", ".", "-", ":", " 1", "a@", "eyJ", "eyJ-", "1.", "a@a.", "+1 ", "sk-", "0-0", "00 ", "://", "token=",
    "key:", "Bearer ", "-----BEGIN PRIVATE KEY-----", "4 ", "41-", "(", "a.", "é", "\n", "aa@bb.cc ", "1.1.1.1 ",
    "+12345678901234567890123456789012345678901234567890x ", "00123456789012345678901234567890x ",
    "é@é.éé ", "x@y.zz,", "Tel 030 1234567 ", "(212) 555-0100 ", "DE89 3704 0044 0532 0130 00 ", "AA11", "A1", "(1) ",
    "fe80::1ff:fe23 ", "1:1:", "22 55 01 47 ", "password: x1", "https://a:b@c ", "tel ", "Bearer a",
    "12345678901234567890",
    "-----BEGIN PRIVATE KEY-----a-----END PRIVATE KEY-----", "sk-ant-aaaaaaaaaaaaaaa ", "::", "xoxb-", "0",
    "01 ", "00 ",
]  # fmt: skip


def cost(text: str) -> float:
    """Seconds of CPU to redact a text."""
    began = time.thread_time()
    Redactor().redact(text)
    return time.thread_time() - began


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("unit", UNITS)
def test_is_linear_on_every_text(unit: str) -> None:
    """Ten times as much of anything takes ten times as long, where a quadratic pattern would take a hundred times."""
    short, long = (min(cost((unit * size)[:size]) for _ in range(2)) for size in (10_000, 100_000))

    assert long < 40 * short


@pytest.mark.parametrize(
    "secret", ["jo@example.com", "sk-ant-api03-abcdefgh1234", "+49 30 12345678", "10.1.2.3", "4111 1111 1111 1111"]
)
def test_sees_behind_the_escapes_of_json(secret: str) -> None:
    """An answer in JSON has line ends as two characters; what follows is found, and the JSON stays valid."""
    redacted = Redactor().redact(json.dumps({"text": f"line\n{secret}", "quote": f'"{secret}"'}))

    assert secret not in redacted
    assert ["quote", "text"] == sorted(json.loads(redacted))

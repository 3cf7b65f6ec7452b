"""Ids."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.errors import FolderError
from otel_training.privacy.identity import (
    Key,
    insight_id,
    insight_sha256,
    load_key,
    pseudonym,
    text_sha256,
)
from otel_training.privacy.normal import normal_text

START = """
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from otel_training.privacy.identity import load_key
print(load_key(Path(sys.argv[1])).secret.hex())
"""


def names(folder: Path) -> list[str]:
    """List a folder."""
    return [path.name for path in folder.iterdir()]


def test_names_a_reader_the_same_under_one_key_only() -> None:
    """A pseudonym is 32 hex digits, tells readers apart, and changes with the key."""
    key, other = Key(b"one"), Key(b"other")
    pseudonyms = {pseudonym(key, "1"), pseudonym(key, "2"), pseudonym(other, "1"), pseudonym(key, "\ud800")}

    assert (4, {32}) == (len(pseudonyms), {len(name) for name in pseudonyms})
    assert pseudonym(key, "1") == pseudonym(Key(b"one"), "1")


def test_tells_keys_apart_without_showing_them() -> None:
    """A key's id is short, and not the key."""
    assert (8, True, False) == (
        len(Key(b"one").id), Key(b"one").id != Key(b"other").id, Key(b"one").id in b"one".hex(),
    )  # fmt: skip


def test_makes_a_key_once(tmp_path: Path) -> None:
    """The first start makes it, for its owner alone; later ones read it."""
    path = tmp_path / "user.key"
    key = load_key(path)

    assert (key, 32, 0o600, ["user.key"]) == (
        load_key(path), len(key.secret), path.stat().st_mode & 0o777, names(tmp_path),
    )  # fmt: skip


@pytest.mark.slow
def test_many_first_starts_at_once_make_one_key(tmp_path: Path) -> None:
    """Whoever comes first wins, and everybody has the winner's."""
    programs = [
        subprocess.Popen([sys.executable, "-c", START, str(tmp_path / "user.key")], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    keys = {program.communicate(timeout=100)[0] for program in programs}

    assert (1, ["user.key"]) == (len(keys), names(tmp_path))


def test_reads_the_winner_when_it_comes_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that appears between the look and the link is the one."""
    path = tmp_path / "user.key"
    path.write_text("ab" * 32)
    monkeypatch.setattr(Path, "exists", lambda _: False)

    assert (Key(bytes.fromhex("ab" * 32)), ["user.key"]) == (load_key(path), names(tmp_path))


@pytest.mark.parametrize("content", ["", "\n", "ab", "zz" * 32, "é"])
def test_refuses_a_damaged_key(tmp_path: Path, content: str) -> None:
    """A short key would make pseudonyms that anyone can derive."""
    path = tmp_path / "user.key"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(FolderError, match="damaged"):
        load_key(path)


def test_a_key_does_not_print_itself() -> None:
    """Logs and tracebacks show values."""
    assert "Key()" == repr(Key(b"secret"))


def test_ids_are_what_the_readme_promises() -> None:
    """The derivation never changes: ids are stored by apps."""
    assert "2dc3a88f97425fa68588bc6cadebfae5" == insight_id("u", "t")
    assert insight_id("u", "t") == insight_id(" u ", " t\n")
    assert insight_id("u", "t") != insight_id("ut", "")


@pytest.mark.parametrize(("text", "normal"), [(" a \n\tb\u00a0c ", "a b c"), ("Cafe\u0301", "Café"), ("", "")])
def test_compares_texts_by_their_normal_form(text: str, normal: str) -> None:
    """Unicode form and white space do not matter."""
    assert (normal, text_sha256(normal)) == (normal_text(text), text_sha256(text))


def test_a_lone_surrogate_has_an_id() -> None:
    """Odd text is no reason to fail."""
    assert 64 == len(text_sha256("\ud800"))


def test_derives_the_same_insight_id_as_anyone() -> None:
    """White space and Unicode form do not change an insight's id; its URL and text do."""
    base = insight_id("https://x.example/a", "Café  opens")

    assert base == insight_id(" https://x.example/a", " Cafe\u0301 opens\n")
    assert base != insight_id("https://x.example/b", "Café opens")
    assert base != insight_id("https://x.example/a", "Café closes")
    assert text_sha256("Café opens") == text_sha256("Cafe\u0301 \n opens ")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://x.example/\ud800", "cut \ud83d emoji"),
        ("https://x.example/\0", "with \0 inside"),
        (f"https://x.example/{'a' * 5000}", "One"),
        ("https://x.example", f"{'ab ' * 7000}"),
        ("https://x.example", f"{'e' * 16_383}\u0301 beyond the cut"),
        (f"{' ' * 4090}https://x.example", f"{' ' * 16_380}Orders rose"),
        (" https://x.example ", "Cafe\u0301  \n opens"),
        (b"https://x.example", "One"),
        (None, "One"),
    ],
)
def test_an_id_that_is_derived_anywhere_is_the_records(
    lines: Callable[[], list[dict[str, Any]]], url: Any, text: str
) -> None:
    """Whatever is cut off or cleaned away for the record is so for whoever derives the id, and for a feed."""

    @otel_training.extraction
    def extract(source_url: object) -> list[str]:
        return [text]

    extract(url)

    (record,) = lines()
    (insight,) = record["body"]["training.output"]
    assert (insight_id(url, text), insight_sha256(text)) == (insight["derived_id"], insight["text_sha256"])


SECRETS = [
    "Ring +44 20 7946 0958 now", "Tel. 39150008", "Ask jo@a.example", "card 4111 1111 1111 1111", "password: hunter22",
    "IBAN DE89 3704 0044 0532 0130 00", "From 10.0.0.1", "Tel.\u00a039150008",
]  # fmt: skip
OTHERS = [
    "Ring +44 20 7946 0123 now", "Tel. 39150999", "Ask sam@b.example", "card 4242 4242 4242 4242",
    "password: swordfish1",
    "IBAN GB82 WEST 1234 5698 7654 32", "From 10.9.8.7", "Tel.\u00a039150999",
]  # fmt: skip


def shown(text: str) -> Any:
    """Return an insight as a feed shows it, under an id of its own."""
    return {"id": str(hash(text)), "text": text}


def digests_of(lines: list[dict[str, Any]]) -> list[object]:
    """Read every digest and derived id that is in some records."""
    names = ("training.output.texts", "training.output.categories", "training.output.quoted", "gen_ai.prompt.version")
    digests: list[object] = [record[name] for record in lines for name in names if name in record]
    insights = [
        insight
        for record in lines
        if record["training.kind"] == "extraction"
        for insight in record["body"]["training.output"]
    ]
    links = [record["training.insight.text_sha256"] for record in lines if record["training.kind"] == "link"]
    return [*digests, *links, *((insight["derived_id"], insight["text_sha256"]) for insight in insights)]


@pytest.mark.parametrize("content", ["redacted", "none", "full"])
@pytest.mark.parametrize(("text", "other"), list(zip(SECRETS, OTHERS, strict=True)))
def test_no_digest_tells_which_secret_it_was(
    lines: Callable[[], list[dict[str, Any]]], content: Any, text: str, other: str
) -> None:
    """All that may stand there have one digest, so nobody can try them; whatever is kept of texts."""
    otel_training.configure(content=content)

    @otel_training.extraction
    def extract(source_url: str, source_content: str) -> list[dict[str, str]]:
        messages = [{"role": "system", "content": source_content}, {"role": "user", "content": source_content}]
        otel_training.current().llm_call(model="m", input=messages, output=source_content)
        return [{"text": source_content, "category": source_content}]

    extract(f"https://x.example/{text}", text)
    otel_training.record_impressions([shown(text)])
    before = lines()
    extract(f"https://x.example/{other}", other)
    otel_training.record_impressions([shown(other)])

    assert len(before) * 2 == len(lines())
    assert digests_of(before) == digests_of(lines()[len(before) :])
    assert insight_id(f"https://x.example/{text}", text) == insight_id(f"https://x.example/{other}", other)


def test_own_patterns_count_in_digests(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """What only the app knows to be secret cannot be tried either."""
    otel_training.configure(redact_patterns=[r"EMP-\d{5}"])

    @otel_training.extraction
    def extract(source_content: str) -> list[str]:
        return [source_content]

    extract("EMP-12345 left")
    extract("EMP-54321 left")

    assert 1 == len({str(digests_of([record])) for record in lines()})


def test_what_is_allowed_does_not_change_an_id(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """An id is the same whatever the settings of who derives it."""
    otel_training.configure(redact_allow=["press@news.example"])

    @otel_training.extraction
    def extract(source_url: str) -> list[str]:
        return ["Ask press@news.example"]

    extract("u")

    assert insight_id("u", "Ask press@news.example") == lines()[0]["body"]["training.output"][0]["derived_id"]


def test_different_texts_have_different_digests_around_a_secret() -> None:
    """Only the secret itself does not count, and that there is one does."""
    texts = [
        "Ring +44 20 7946 0958 now",
        "Ring +44 20 7946 0958 then",
        "Ring now",
        "Ring jo@a.example now",
        "Ring <PHONE> now",
    ]

    assert 4 == len({text_sha256(text) for text in texts})

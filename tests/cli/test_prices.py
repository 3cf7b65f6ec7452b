"""`otel-training prices`."""

import json
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.capture.handle import emit_call
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pricing.price import CURES
from otel_training.store.client import Store, embedded_dsn
from tests.cli.news import gather_all
from tests.serving.endpoint import serving

OWN = """
[[price]]
model = "own-*"
input_mtok = 0.10
output_mtok = 0.50

[[price]]
model = "own-*"
prompt_above = 100_000
input_mtok = 0.50
output_mtok = 2.50

[[price]]
model = "own-*"
effective_from = 2027-01-01
per_hour = 2.40

[[price]]
model = "own-*"
effective_from = 2028-01-01
input_mtok = 3
output_mtok = 15
batch = 0.5
"""
SHARED = """
[[price]]
model = "own"
input_mtok = 1
output_mtok = 1

[[price]]
model = "own"
effective_from = 2026-11-01
input_mtok = 2
output_mtok = 2
"""
OTHER = '[[price]]\nmodel = "own"\ninput_mtok = 7\noutput_mtok = 7\n'
CALL = """
INSERT INTO otel_logs (Timestamp, LogAttributes) VALUES ('{day}', {{
    'training.kind': 'llm_call', 'training.event.id': '{day}', 'gen_ai.request.model': 'own',
    'gen_ai.usage.input_tokens': '1000', 'gen_ai.usage.output_tokens': '1000'
}})
"""


@pytest.fixture
def own(folder: DataFolder) -> None:
    """Prices of the user's own."""
    (make_folder(folder).path / "prices.toml").write_text(OWN, encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (
            "--at 2026-11-01",
            [("input_mtok", 0, "0.10"), ("output_mtok", 0, "0.50"),
             ("input_mtok", 100_000, "0.50"), ("output_mtok", 100_000, "2.50")],
        ),
        ("--at 2027-01-01", [("per_hour", 0, "2.40")]),
        ("--at 2027-01-01 --batch", [("per_hour", 0, "2.40")]),
        # Half of 3 and of 15.
        ("--at 2028-01-01 --batch", [("input_mtok", 0, "1.5"), ("output_mtok", 0, "7.5")]),
    ],
)  # fmt: skip
def test_shows_the_users_own_price(options: str, lines: list[Any], own: None, rows: Any) -> None:
    """The price in effect on that day."""
    shown = rows("prices", "show", "own-7b", *options.split())

    assert lines == [(row["price"], row["prompt_above"], row["usd"]) for row in shown]
    assert {("own-7b", "prices.toml")} == {(row["model"], row["source"]) for row in shown}
    assert "prices.toml" in shown[0]["version"]


def test_names_the_list_that_a_price_is_of(own: None, command: Any) -> None:
    """Alone, though two are in force."""
    for model, named in (
        ("own-7b", r"own-7b, by prices\.toml \w+; mtok is a million tokens"),
        ("gpt-4o-mini", r"\S+gpt-4o-mini, by genai-prices [\d.]+; mtok is a million tokens"),
    ):
        assert re.fullmatch(named, command("prices", "show", model, "--at", "2026-11-01")[1].splitlines()[0])


def test_a_batch_has_a_price_of_its_own(own: None, command: Any) -> None:
    """Where none is given, it is not the one of other calls."""
    code, printed, error = command("prices", "show", "own-7b", "--at", "2026-11-01", "--batch")

    assert (1, "") == (code, printed)
    assert "No price of own-7b is known (no_batch_price): give its price with `batch` in prices.toml" in error


def test_shows_the_lists_price(command: Any) -> None:
    """With the list's name of the model, and the list's version."""
    code, printed, _ = command("prices", "show", "claude-sonnet-4-5", "--provider", "anthropic")

    assert 0 == code
    assert re.search(r"^anthropic/claude-sonnet-4-5, by genai-prices [\d.]+; mtok is", printed, re.MULTILINE)
    assert "200,000" in printed


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("claude-x",), "No price of claude-x is known (unknown_model): pip install -U genai-prices, or give"),
        (("claude-haiku-4-5", "--tier", "priority"), "(no_tier_price): give the price of its service tier"),
        (("anthropic.claude-haiku-4-5-20251001-v1:0", "--provider", "aws.bedrock", "--batch"), "(no_batch_price)"),
    ],
)
def test_says_what_to_do_about_an_unknown_price(argv: tuple[str, ...], sentence: str, command: Any) -> None:
    """One sentence, and exit code 1."""
    code, printed, error = command("prices", "show", *argv)

    assert (1, "") == (code, printed)
    assert sentence in error


@pytest.mark.slow
def test_check_names_what_has_no_price(own: None, folder: DataFolder, command: Any, rows: Any) -> None:
    """With the reason and the cure, and exit code 1 until all is priced; `--again` prices by the prices of today."""
    with otel_training.extraction() as extraction:
        for model, tokens in (("own-1", 1000), ("other", 1000), ("other", 1000), ("own-1", None)):
            extraction.llm_call(model=model, input="i", output="o", input_tokens=tokens, output_tokens=tokens)
    code, listed, _ = command("prices", "check", "--json")

    assert 1 == code
    assert [
        ("other", "", "unknown_model", 2, CURES["unknown_model"]), ("own-1", "", "no_usage", 1, CURES["no_usage"]),
    ] == [
        tuple(row[name] for name in ("model", "provider", "reason", "calls", "cure"))
        for row in map(json.loads, listed.splitlines())
    ]  # fmt: skip
    assert [0.0006, None, None, None] == [row["cost"] for row in rows("view", "llm_call")]
    assert "unknown_model" in command("prices", "check", "--csv")[1]

    path = folder.path / "prices.toml"
    other = '[[price]]\nmodel = "o*"\nper_hour = 1\n[[price]]\nmodel = "o*"\ninput_mtok = 1\noutput_mtok = 1\n'
    path.write_text(other, encoding="utf-8")
    assert 1 == command("prices", "check")[0]
    assert [0.0006, 0.002, 0.002, None] == [row["cost"] for row in rows("view", "llm_call")]
    assert "1 call priced." in command("prices", "check", "--again")[2]
    (first, *_) = rows("view", "llm_call")
    assert (0.002, "USD", "prices.toml", None) == tuple(
        first[name] for name in ("cost", "currency", "price_source", "unpriced")
    )


@pytest.mark.slow
def test_check_is_content_where_all_is_priced(command: Any) -> None:
    """A call that failed before an answer came needs no price."""
    gather_all()
    with otel_training.extraction() as extraction:
        attributes = {"gen_ai.request.model": "m", "error.type": "overloaded_error"}
        emit_call(extraction, attributes, {"input": [], "outputs": [], "tools": None})

    code, printed, _ = command("prices", "check")
    assert (0, True) == (code, "no_answer" in printed)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Go to a machine of another data folder, with prices of its own."""

    def go(name: str, text: str = "", **variables: str) -> None:
        for variable, value in {"OTEL_TRAINING_HOME": str(tmp_path / name), **variables}.items():
            monkeypatch.setenv(variable, value)
        process.reset()
        if text:
            (make_folder(DataFolder(tmp_path / name)).path / "prices.toml").write_text(text, encoding="utf-8")

    return go


@pytest.mark.slow
def test_shared_prices_hold_for_every_machine(machine: Any, command: Any, rows: Any, tmp_path: Path) -> None:
    """On each day those in effect, whatever file a machine has: those that settle, and the one that serves."""
    machine("server/data", OTHER)
    with serving(tmp_path / "server", TZ="UTC") as server:
        machine("a", SHARED, OTEL_TRAINING_STORE=f"http://default:{server.password}@127.0.0.1:{server.port}")
        (shared,) = rows("prices", "share")
        for day in ("2026-10-31 23:59:59", "2026-11-01 00:00:00"):
            server.ask(CALL.format(day=day))
        machine("b", OTHER)
        warning, (report,) = command("prices", "check")[2], rows("doctor")
        priced = [(row["timestamp"][:10], row["cost"], row["price_version"]) for row in rows("view", "llm_call")]
        assert 0 == command("prices", "share")[0]
        machine("c")
        assert "2 calls priced." in command("prices", "check", "--again")[2]
        anew = [row["cost"] for row in rows("view", "llm_call")]

    versions = {version.split("prices.toml ")[1] for _, _, version in priced}
    assert [("2026-10-31", 0.002), ("2026-11-01", 0.004)] == [row[:2] for row in priced]
    assert (2, {shared["digest"]}, [0.014, 0.014]) == (shared["prices"], versions, anew)
    sentence = f"{tmp_path}/b/prices.toml is not in force, since the store shares other prices: `otel-training prices"
    assert sentence in warning
    assert [True] == [line.startswith(sentence) for line in report["findings"] if "prices.toml is" in line]


@pytest.mark.slow
def test_what_was_shared_last_holds(own: None, folder: DataFolder, command: Any, rows: Any) -> None:
    """Without the file, too, and a file without prices; what cannot be read is not shared."""
    path, show = folder.path / "prices.toml", ("prices", "show", "own-7b", "--at", "2027-01-01")
    # The first command of all makes the store.
    shutil.rmtree(folder.local)
    for _ in range(2):
        assert "4 prices of your own in force for all" in command("prices", "share")[1]
        assert "not in force" not in command(*show)[2]
    path.write_text(OWN.replace("2.40", "0"), encoding="utf-8")
    assert "is not in force" in command(*show)[2]
    path.write_text("[[price]]\nmodel = 1", encoding="utf-8")
    code, printed, error = command("prices", "share")
    assert (1, "", True) == (code, printed, "prices.toml cannot be read (1 needs a model, and either" in error)
    assert any("prices.toml cannot be read" in finding for finding in rows("doctor")[0]["findings"])
    path.unlink()
    assert f"There is no {path}: write it" in command("prices", "share")[2]
    assert ["2.40"] == [row["usd"] for row in rows(*show)]

    path.write_text("# none\n", encoding="utf-8")
    assert "0 prices of your own" in command("prices", "share")[1]
    assert (1, "") == command(*show)[:2]
    with closing(Store(embedded_dsn(folder.store))) as store:
        digests = [row["digest"] for row in store.rows("SELECT digest FROM price_lists ORDER BY ts")]
    assert (2, "") == (len(digests), digests[-1])


@pytest.mark.slow
def test_names_shared_prices_that_it_cannot_read(migrated: None, folder: DataFolder, command: Any) -> None:
    """As a newer version may share; another list replaces them."""
    with closing(Store(embedded_dsn(folder.store))) as store:
        store.insert("price_lists", ("digest", "text"), [("d", "[[price]]\nnewer = 1")])
    code, printed, error = command("prices", "show", "own-7b")
    assert (1, "", True) == (code, printed, "The prices.toml that the store shares cannot be read (newer is" in error)

    (folder.path / "prices.toml").write_text(OWN, encoding="utf-8")
    assert [0, 0] == [command("prices", *words)[0] for words in (("share",), ("show", "own-7b"))]


def test_whoever_needs_prices_asks_the_store() -> None:
    """Only what shares or shows the file itself reads it: a command that did would price as no other machine does."""
    package = Path(otel_training.__file__).parent
    readers = [path.name for path in sorted(package.rglob("*.py")) if "read_overrides(" in path.read_text("utf-8")]

    assert ["prices.py", "overrides.py", "shared_prices.py"] == readers

"""Whether a saving still holds."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.analysis.savings import read_savings
from otel_training.analysis.savings_scenario import Plan
from otel_training.analysis.savings_stamp import SavingsError, read_stamp, stale
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pricing.overrides import read_overrides
from otel_training.store.costs import price_calls
from otel_training.store.session import open_drained

PRICES = '[[price]]\nmodel = "big"\ninput_mtok = 3\noutput_mtok = 15\n'
DEARER = PRICES.replace("3\n", "4\n")


def ask(*models: str) -> None:
    """Capture a source for each call."""
    for model in models:
        with otel_training.extraction() as extraction:
            extraction.llm_call(model=model, input="i", output="o", input_tokens=1000, output_tokens=200)
    assert otel_training.flush(10)


@pytest.fixture
def prices(folder: DataFolder) -> Path:
    """The user's own prices."""
    path = make_folder(folder).path / "prices.toml"
    path.write_text(PRICES, encoding="utf-8")
    return path


def reprice(prices: Path) -> None:
    """Change a price, and price all calls by it."""
    prices.write_text(DEARER, encoding="utf-8")
    with open_drained(process.settings()) as (store, folder):
        price_calls(store, folder, again=True)


def ask_another(prices: Path) -> None:
    """Give another model a price, and use it more."""
    prices.write_text(PRICES.replace("big", "b*"), encoding="utf-8")
    ask(*["b"] * 21)


CHANGES: dict[str, tuple[str, Callable[[Path], object], list[str]]] = {
    "nothing": ("", lambda _: None, []),
    "a call": ("", lambda _: ask("big"), []),
    "calls": ("", lambda _: ask(*["big"] * 2), ["calls came in since: 2, beside its 20"]),
    "other calls": ("", lambda _: ask(*["odd"] * 9), []),
    "prices": ("", lambda path: path.write_text(DEARER, encoding="utf-8"), ["the prices are those of"]),
    "costs": ("", reprice, ["the prices are those of", "of its 20 calls, or of what they cost, not all are as"]),
    "today's model": ("", ask_another, ["b costs the most now, no longer big", "the prices are those of"]),
    "today's model, which was chosen": ("big", ask_another, ["the prices are those of"]),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("change", CHANGES)
def test_says_what_has_changed(change: str, prices: Path) -> None:
    """Model, prices, calls: as a saving was projected of them, and as they are."""
    baseline, make, reasons = CHANGES[change]
    ask(*["big"] * 20)
    with open_drained(process.settings()) as (store, folder):
        before = read_savings(store, read_overrides(folder), Plan("big", baseline=baseline), datetime.now(UTC))
    former = read_stamp(json.dumps(asdict(before), default=str).encode())

    make(prices)
    with open_drained(process.settings()) as (store, folder):
        said = stale(store, read_overrides(folder), former, int(datetime.now(UTC).timestamp() * 1e6))
    assert (before.stamp, len(reasons)) == (former, len(said))
    assert [] == [reason for reason, begins in zip(said, reasons, strict=True) if not reason.startswith(begins)]


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "{}", '{"stamp": null}', '{"stamp": {}}', '{"stamp": {"calls": 1}}', "\xff"]
)
def test_what_is_no_saving_is_refused(text: str) -> None:
    """In one sentence."""
    with pytest.raises(SavingsError, match="That is no saving: give a file"):
        read_stamp(text.encode("latin-1"))


def test_a_saving_of_nothing_has_no_stamp() -> None:
    """There is nothing in it that could change."""
    nothing: Any = {"stamp": None, "scenarios": []}
    with pytest.raises(SavingsError):
        read_stamp(json.dumps(nothing).encode())

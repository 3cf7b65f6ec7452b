"""Whether a saving still holds."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.analysis.savings import read_savings
from otel_training.analysis.savings_rate import Plan
from otel_training.analysis.savings_stamp import SavingsError, read_former, stale
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pricing.overrides import read_overrides
from otel_training.store.costs import price_calls
from otel_training.store.session import open_drained

PRICES = '[[price]]\nmodel = "big"\ninput_mtok = 3\noutput_mtok = 15\n'
VERSION = "the prices are those of"
RATES = "the prices of the candidate and the tuned and the judge are others"


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


def change(prices: Path) -> None:
    """Change a price."""
    prices.write_text(PRICES.replace("3\n", "4\n"), encoding="utf-8")


def reprice(prices: Path) -> None:
    """Price all calls by a changed price."""
    change(prices)
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
    "prices": ("", change, [VERSION, RATES]),
    "costs": ("", reprice, [VERSION, RATES, "of its 20 calls, or of what they cost, not all are as"]),
    "today's model": ("", ask_another, ["b costs the most now, no longer big", VERSION]),
    "today's model, which was chosen": ("big", ask_another, [VERSION]),
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
    former = read_former(json.dumps(asdict(before), default=str).encode())

    make(prices)
    with open_drained(process.settings()) as (store, folder):
        sentences = stale(store, read_overrides(folder), former, datetime.now(UTC))
    assert ((before.plan, before.stamp), len(reasons)) == (former, len(sentences))
    assert [] == [reason for reason, begins in zip(sentences, reasons, strict=True) if not reason.startswith(begins)]


@pytest.mark.slow
@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(
    ("plan", "whose"), [({"judge": "j"}, "candidate and the tuned"), ({"tuned": "t"}, "candidate and the judge")]
)
def test_a_price_whose_day_has_come_is_another(plan: Any, whose: str, prices: Path) -> None:
    """Though the user's file is as it was."""
    day = (datetime.now(UTC) + timedelta(20)).date()
    others = "".join(PRICES.replace("big", model) for model in "jt")
    prices.write_text(PRICES + PRICES.replace("3\n", "4\n") + f"effective_from = {day}\n" + others, encoding="utf-8")
    ask("big")
    with open_drained(process.settings()) as (store, folder):
        overrides, now = read_overrides(folder), datetime.now(UTC)
        saving = read_savings(store, overrides, Plan("big", **plan), now)
        assert saving.stamp is not None
        former = (saving.plan, saving.stamp)
        assert [] == stale(store, overrides, former, now + timedelta(10))
        assert [f"the prices of the {whose} are others"] == stale(store, overrides, former, now + timedelta(25))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"plan": {}, "stamp": {}}',
        '{"plan": {"fallback": "x"}, "stamp": {}}',
        "1",
        "{}",
        '{"stamp": null}',
        '{"stamp": {}}',
        '{"stamp": {"calls": 1}}',
        "\xff",
    ],
)
def test_what_is_no_saving_is_refused(text: str) -> None:
    """In one sentence."""
    with pytest.raises(SavingsError, match="That is no saving: give a file"):
        read_former(text.encode("latin-1"))


def test_a_saving_of_nothing_has_no_stamp() -> None:
    """There is nothing in it that could change."""
    nothing: Any = {"stamp": None, "scenarios": []}
    with pytest.raises(SavingsError):
        read_former(json.dumps(nothing).encode())

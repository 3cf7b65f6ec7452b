"""`otel-training savings`."""

import json
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder

PRICES = '[[price]]\nmodel = "{}"\ninput_mtok = {}\noutput_mtok = {}\n'


@pytest.fixture
def asked(folder: DataFolder) -> None:
    """A source that cost 0.6 cents, and one whose cost nobody knows."""
    prices = PRICES.format("big", 3, 15) + PRICES.format("small", 0.1, 0.5)
    (make_folder(folder).path / "prices.toml").write_text(prices, encoding="utf-8")
    for model in ("big", "odd"):
        with otel_training.extraction() as extraction:
            extraction.llm_call(model=model, input="i", output="o", input_tokens=1000, output_tokens=200)


@pytest.mark.slow
def test_shows_costs_and_what_they_stand_on(asked: None, command: Any) -> None:
    """Tables, then a sentence for each thing that they stand on or leave out."""
    code, printed, _ = command("savings", "--candidate", "small", "--hosting", "0.001", "--sources-per-topic", "10")

    assert 0 == code
    for text in (
        "USD a source 10 of them 100 topics a month saved", "big, today 0.006 0.06 6.00 0.18 -",
        "small, untuned 0.00038 0.0038 0.38 0.0114 93.7 %", "unknown, without --training",
        "Of 1 call for 1 source in 1 day, at what they cost then; a candidate by the prices of ",
        "what calls of odd cost; `prices check` says why.",
        "97 % is out of reach (untuned): its calls 3.3 % + the fallback 3.0 % of today's costs, where 3.0 % is left",
        "A machine is worth it from 5 sources a day on (fine-tuned).",
    ):  # fmt: skip
        assert text in " ".join(printed.split())


@pytest.mark.slow
def test_a_price_that_is_unknown_is_named(asked: None, command: Any) -> None:
    """Today's figures are shown nevertheless; the exit code is 1."""
    code, printed, error = command("savings", "--candidate", "nobody's")

    assert (1, True) == (code, "nobody's, untuned          -" in printed)
    assert "No price of nobody's is known (unknown_model): pip install -U genai-prices, or give the" in error
    assert 1 == error.count("No price")


@pytest.mark.slow
def test_says_why_there_is_nothing(folder: DataFolder, command: Any) -> None:
    """Before any call, and before any price."""
    with otel_training.extraction() as extraction:
        pass
    assert "No call of a model in 30 days: nothing to save." in command("savings")[2]

    extraction.llm_call(model="odd", input="i", output="o")
    code, printed, error = command("savings")
    assert (0, "") == (code, printed)
    assert "No call of a model in an extraction has a known cost: `prices check` says why." in error


@pytest.mark.slow
def test_checks_a_former_saving(asked: None, command: Any, tmp_path: Path) -> None:
    """By the exit code, too."""
    former = tmp_path / "former.json"
    former.write_text(command("savings", "--candidate", "small", "--json")[1], encoding="utf-8")
    assert (0, "It holds.\n") == command("savings", "--check", former)[:2]

    with otel_training.extraction() as extraction:
        extraction.llm_call(model="big", input="i", output="o", input_tokens=1000, output_tokens=200)
    code, printed, _ = command("savings", "--check", former, "--json")
    assert (1, {"is_stale": True, "reasons": ["calls came in since: 1, beside its 1"]}) == (code, json.loads(printed))


@pytest.mark.parametrize(
    ("option", "value"),
    [("--fallback", "1.5"), ("--fallback", "nan"), ("--fallback", "3%"), ("--hosting", "-1"), ("--training", "1e10"),
     ("--training", "inf"), ("--days", "0"), ("--shadow", "-1"), ("--sources-per-topic", "1000000001"),
     ("--check", "nosuch.json")],
)  # fmt: skip
def test_refuses_what_is_no_amount(option: str, value: str, command: Any) -> None:
    """As wrong usage, before anything is read."""
    code, _, error = command("savings", option, value)

    assert (2, True) == (code, f"'{option}'" in error or option in error)

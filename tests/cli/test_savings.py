"""`otel-training savings`."""

import json
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from tests.cli.terminal import run_in_terminal
from tests.routed import route_calls

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
        "What sources cost: big today, small instead USD a source 10 of them 100 topics a month saved",
        "today 0.006 0.06 6.00 0.18 -",
        "untuned 0.00038 0.0038 0.38 0.0114 93.7 %", "unknown, without --training",
        "Of 1 call for 1 source in 1 day, at what they cost then; a candidate by the prices of ",
        "what calls of odd cost; `prices check` says why.",
        "97 % is out of reach (untuned): its calls 3.3 % + the fallback 3.0 % of today's costs, where 3.0 % is left",
        "A machine is worth it from 5 sources a day on (fine-tuned).",
    ):  # fmt: skip
        assert text in " ".join(printed.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("candidate", "is_today"), [("big", True), ("big-20260101", True), ("big@20260101", True), ("small", False)]
)
def test_says_that_the_candidate_is_todays_model(asked: None, command: Any, candidate: str, is_today: bool) -> None:  # noqa: FBT001 - a parameter
    """By its date, too: it would save nothing."""
    printed = command("savings", "--candidate", candidate)[1]

    assert is_today == ("The candidate is today's model, big: name another by --candidate." in printed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("today", "candidate"), [("claude-sonnet-5", "claude-haiku-5-5"), ("claude-haiku-5-5-20260901", "gpt-5.4-nano")]
)
def test_compares_with_another_than_todays_model(today: str, candidate: str, rows: Any, folder: DataFolder) -> None:
    """By itself, where no candidate is named."""
    (make_folder(folder).path / "prices.toml").write_text(PRICES.format(today, 1, 5), encoding="utf-8")
    with otel_training.extraction() as extraction:
        extraction.llm_call(model=today, input="i", output="o", input_tokens=1000, output_tokens=200)

    assert candidate == rows("savings")[0]["plan"]["candidate"]


@pytest.mark.slow
def test_a_price_that_is_unknown_is_named(asked: None, command: Any) -> None:
    """Today's figures are shown nevertheless; the exit code is 1."""
    code, printed, error = command("savings", "--candidate", "nobody's")

    assert (1, True) == (code, "\nuntuned                     -" in printed)
    assert "No price of nobody's is known (unknown_model): pip install -U genai-prices, or give the" in error
    assert 1 == error.count("No price")


@pytest.mark.slow
def test_a_model_that_ends_is_named(asked: None, folder: DataFolder, command: Any) -> None:
    """Whichever way uses it, once, with the day; in the JSON, too."""
    ends = {"gpt-4o-mini-2024-07-18": "2027-01-14", "small": None}
    with (folder.path / "prices.toml").open("a", encoding="utf-8") as file:
        file.write(PRICES.format("*gpt-4o-mini-2024-07-18*", 0.1, 0.5))
    for model, end in ends.items():
        printed = command("savings", "--candidate", model)[1]
        lines = [line for line in printed.splitlines() if "choose another" in line]
        assert ([f"{model} ends on {end}, and what it saves with it: choose another."] if end else []) == lines

        (saving,) = map(json.loads, command("savings", "--candidate", model, "--json")[1].splitlines())
        assert [end] * 3 == [way["ends"] for way in saving["scenarios"]]


@pytest.mark.slow
def test_the_longest_names_are_shown_whole(folder: DataFolder, tmp_path: Path) -> None:
    """In a terminal of 80 columns; figures and why there are none stand in their line."""
    big, small = "claude-sonnet-4-5-20250929-by-way-of-somebody", "ft:gpt-4.1-mini-2025-04-14:acme-corp:insights:Bx7"
    prices = PRICES.format(big, 3, 15) + PRICES.format(small, 0.1, 0.5)
    (make_folder(folder).path / "prices.toml").write_text(prices, encoding="utf-8")
    with otel_training.extraction() as extraction:
        extraction.llm_call(model=big, input="i", output="o", input_tokens=1000, output_tokens=200)
    shown = run_in_terminal(("savings", "--candidate", small), tmp_path, ("stdout", "stderr")).shown

    assert (True, True, False) == (big in shown, small in shown, "…" in shown)
    lines = [line.split() for line in shown.splitlines()]
    for name, end in (("few-shot", "unknown before 7 days"), ("fine-tuned", "unknown, without --training")):
        assert end in " ".join([line for line in lines if line[:1] == [name]][1])


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
def test_checks_a_former_saving(asked: None, folder: DataFolder, command: Any, tmp_path: Path) -> None:
    """By the exit code, too."""
    former = tmp_path / "former.json"
    former.write_text(command("savings", "--candidate", "small", "--json")[1], encoding="utf-8")
    # The same prices, wherever they are.
    assert 0 == command("prices", "share")[0]
    (folder.path / "prices.toml").unlink()
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


@pytest.mark.parametrize(
    ("option", "value", "bounds"),
    [("--fallback", "3%", "number from 0 to 1"), ("--fallback", "2", "number from 0 to 1"),
     ("--shadow", "1.5", "whole number from 0 to 1,000,000,000"), ("--sources-per-topic", "0", "whole number from 1"),
     ("--training", "nan", "number from 0 to 1,000,000,000")],
)  # fmt: skip
def test_says_what_would_be_an_amount(option: str, value: str, bounds: str, command: Any) -> None:
    """Beside what was given."""
    assert f"Invalid value for '{option}': {value} is no {bounds}" in command("savings", option, value)[2]


@pytest.mark.slow
def test_shadows_are_paid_beside(asked: None, folder: DataFolder, rows: Any, command: Any) -> None:
    """What answered to nobody is named with what it cost, and is in no other figure."""
    before = rows("savings", "--candidate", "small")[0]
    route_calls(folder, "https://news.example/1", "Orders")
    (after,) = rows("savings", "--candidate", "small")

    assert ([], before["all_models"]) == (before["shadows"], after["all_models"])
    # 9 x 0.1 + 3 x 0.5, of a million.
    shadow = {"experiment": "insights", "candidate": "few-shot-v1", "answers": 2, "unpriced": 1, "usd": "0.0000024"}
    assert [shadow] == after["shadows"]
    assert (0, 2) == (before["simulated_answers"], after["simulated_answers"])
    assert (
        "Shadows: 2 answers beside Claude's cost 0.0000024 USD, 1 of unknown cost aside; that is in no other figure."
        in " ".join(command("savings", "--candidate", "small")[1].split())
    )
    assert command("savings")[1].startswith("SIMULATED: 2 answers of stand-ins among what this stands on.")

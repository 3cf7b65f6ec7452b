"""`otel-training prices`."""

from typing import Any

import pytest

from otel_training.folder import DataFolder, make_folder

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
    ],
)  # fmt: skip
def test_shows_the_users_own_price(options: str, lines: list[Any], own: None, rows: Any) -> None:
    """The price in effect on that day."""
    shown = rows("prices", "show", "own-7b", *options.split())

    assert lines == [(row["price"], row["prompt_above"], row["usd"]) for row in shown]
    assert {("own-7b", "prices.toml")} == {(row["model"], row["source"]) for row in shown}
    assert "prices.toml" in shown[0]["version"]


def test_shows_the_lists_price(command: Any) -> None:
    """With the list's name of the model, and the list's version."""
    code, printed, _ = command("prices", "show", "claude-sonnet-4-5", "--provider", "anthropic")

    assert 0 == code
    assert "anthropic/claude-sonnet-4-5, genai-prices (genai-prices " in printed
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

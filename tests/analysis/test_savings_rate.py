"""What calls would cost by another model's prices, beside each of them priced by itself."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from otel_training.analysis.savings_rate import Bracket, Rate, rate_of
from otel_training.folder import DataFolder, make_folder
from otel_training.pricing.call import Call, Usage
from otel_training.pricing.overrides import Overrides, read_overrides
from otel_training.pricing.price import price_call

OWN = """
[[price]]
model = "own"
input_mtok = 0.10
output_mtok = 0.50
batch = 0.5

[[price]]
model = "own"
prompt_above = 5_000
input_mtok = 0.30
output_mtok = 1.50
batch = 0.25

[[price]]
model = "plain"
input_mtok = 1
output_mtok = 2

[[price]]
model = "machine"
per_hour = 2.40
"""
NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def overrides(folder: DataFolder) -> Overrides:
    """Prices that change with the prompt's length, and of a machine."""
    (make_folder(folder).path / "prices.toml").write_text(OWN, encoding="utf-8")
    return read_overrides(folder)


def brackets(calls: list[tuple[int, int]], edges: set[int]) -> list[Bracket]:
    """Add up calls between edges, as the store does."""
    sums: dict[int, Bracket] = {}
    for prompt, answer in calls:
        above = max((edge for edge in edges if prompt > edge), default=0)
        _, count, prompts, answers = sums.get(above, Bracket(above, 0, 0, 0))
        sums[above] = Bracket(above, count + 1, prompts + prompt, answers + answer)
    return list(sums.values())


@pytest.mark.parametrize("extra", [0, 700, 5_000, 300_000])
@pytest.mark.parametrize(
    ("model", "provider", "is_batch"),
    [("own", "", False), ("own", "", True), ("plain", "", False), ("claude-haiku-5-5", "anthropic", False),
     ("claude-haiku-5-5", "anthropic", True), ("claude-sonnet-4-5", "", False), ("gpt-4o-mini", "openai", False)],
)  # fmt: skip
def test_sums_are_those_of_single_calls(
    model: str, provider: str, extra: int, overrides: Overrides, *, is_batch: bool
) -> None:
    """Whatever the prompts' lengths, with more tokens in each or without: exactly."""
    chance = random.Random(extra)
    lengths = (1, 1_000, 4_300, 5_000, 5_001, 100_000, 100_001, 199_999, 250_000)
    calls = [(chance.choice(lengths), chance.randrange(2_000)) for _ in range(50)]
    rate = rate_of(Call(model, provider=provider, time=NOW, is_batch=is_batch), overrides)
    single = [
        price_call(Call(model, Usage(prompt + extra, answer), provider, time=NOW, is_batch=is_batch), overrides).amount
        for prompt, answer in calls
    ]

    assert sum(amount or 0 for amount in single) == rate.cost(brackets(calls, rate.edges(extra)), extra) > 0


@pytest.mark.parametrize(
    ("model", "provider", "is_batch", "sentence"),
    [
        (
            "nobody's",
            "",
            False,
            "No price of nobody's is known (unknown_model): pip install -U genai-prices, or give the",
        ),
        ("plain", "", True, "No price of plain is known (no_batch_price): give its price with `batch` in prices.toml"),
        ("text-embedding-3-small", "openai", False, "(no_token_price): give the model's price in prices.toml"),
    ],
)
def test_says_why_there_is_no_rate(
    model: str, provider: str, sentence: str, overrides: Overrides, *, is_batch: bool
) -> None:
    """And what to do: what has no price has no prices of 0."""
    rate = rate_of(Call(model, provider=provider, time=NOW, is_batch=is_batch), overrides)

    assert (Rate(model, unknown=rate.unknown), True) == (rate, sentence in rate.unknown)


def test_a_machine_is_paid_by_the_day(overrides: Overrides) -> None:
    """Whatever it answers, and in batches, too."""
    rate = rate_of(Call("machine", time=NOW, is_batch=True), overrides)

    assert (Decimal("57.60"), Decimal(0)) == (rate.per_day, rate.cost([Bracket(0, 9, 1_000_000, 1_000_000)]))

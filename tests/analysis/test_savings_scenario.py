"""What a way to use a candidate costs and saves, beside sums by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from otel_training.analysis.savings_pace import BreakEven
from otel_training.analysis.savings_rate import Bracket, Plan, Rate
from otel_training.analysis.savings_scenario import Costs, Scenario, Traffic, project

# 100 sources in two days for 1 USD, a cent each: 1,000 tokens and 100 of answer.
TRAFFIC = Traffic(
    Plan("small"), date(2026, 11, 29), 100, Decimal(1), [(60, Decimal("0.6")), (40, Decimal("0.4"))],
    [Bracket(0, 100, 100_000, 10_000)],
)  # fmt: skip
SMALL = Rate("small", {("input_mtok", 0): Decimal("0.10"), ("output_mtok", 0): Decimal("0.50")})
DEAR = Rate("dear", {("input_mtok", 0): Decimal(1), ("output_mtok", 0): Decimal(5)})
MACHINE = Rate("own", {("per_hour", 0): Decimal("0.01")})
NOTHING_FIRST: dict[str, Decimal | None] = {"judge": Decimal(0), "training": Decimal(0)}


def amounts(*texts: str) -> tuple[Decimal, ...]:
    """Read amounts."""
    return tuple(map(Decimal, texts))


@pytest.mark.parametrize(
    ("rate", "fallback", "parts", "saving", "out_of_reach"),
    [
        # 1,000 x 0.10 + 100 x 0.50 millionths, and a fiftieth of a cent.
        (SMALL, "0.02", ("0.00015", "0.0002", "0"), "0.965",
         "its calls 1.5 % + the fallback 2.0 % of today's costs, where 3.0 % is left; a fallback below 1.5 % would do"),
        (SMALL, "0.01", ("0.00015", "0.0001", "0"), "0.975", ""),
        (SMALL, "0.015", ("0.00015", "0.00015", "0"), "0.97", ""),
        (SMALL, "0", ("0.00015", "0", "0"), "0.985", ""),
        (SMALL, "1", ("0.00015", "0.01", "0"), "-0.015",
         "its calls 1.5 % + the fallback 100.0 % of today's costs, where 3.0 % is left; a fallback below 1.5 % would do"),  # noqa: E501
        (DEAR, "0", ("0.0015", "0", "0"), "0.85",
         "its calls 15.0 % of today's costs, where 3.0 % is left; no fallback is rare enough"),
        # 24 x 0.01 a day for 50 sources.
        (MACHINE, "0.01", ("0", "0.0001", "0.0048"), "0.51",
         "its machine 48.0 % + the fallback 1.0 % of today's costs, where 3.0 % is left; no fallback is rare enough"),
    ],
)  # fmt: skip
def test_a_source_costs_all_that_is_paid_for_it(
    rate: Rate, fallback: str, parts: Any, saving: str, out_of_reach: str
) -> None:
    """The candidate's call always, today's where it falls back, and the machine; what of it is too much is named."""
    traffic = replace(TRAFFIC, plan=Plan("small", fallback=Decimal(fallback)))
    way = project(traffic, "untuned", rate, NOTHING_FIRST)

    assert way.parts is not None
    assert (amounts(*parts), Decimal(saving), out_of_reach) == (tuple(way.parts.values()), way.saving, way.out_of_reach)
    source = sum(amounts(*parts), Decimal(0))
    # 40 sources a topic; 50 a day.
    assert Costs(source, 40 * source, 4000 * source, 1500 * source) == way.costs


def test_a_machine_is_worth_it_from_some_traffic_on() -> None:
    """24 x 0.01 USD a day are 24 cents: so many sources of a cent, and some that fall back."""
    plan = Plan("small", fallback=Decimal("0.2"))
    way = project(replace(TRAFFIC, plan=plan), "fine-tuned", MACHINE, NOTHING_FIRST)

    assert (Decimal(30), None) == (way.worth_from, project(TRAFFIC, "untuned", SMALL, NOTHING_FIRST).worth_from)


def test_more_tokens_in_each_prompt_are_paid() -> None:
    """2,000 more at 0.10 a million."""
    way = project(TRAFFIC, "few-shot", SMALL, NOTHING_FIRST, 2_000)

    assert way.parts is not None
    assert Decimal("0.00035") == way.parts["candidate"]


def test_a_free_model_saves_nothing_that_could_be_a_share() -> None:
    """Today's calls cost nothing: there is no share of that."""
    free = replace(TRAFFIC, usd=Decimal(0), days=[(60, Decimal(0)), (40, Decimal(0))])
    way = project(free, "untuned", SMALL, NOTHING_FIRST)

    assert (None, "", BreakEven(reason="a day costs more than it saves"), None) == (
        way.saving, way.out_of_reach, way.break_even, way.worth_from,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("once", "shown", "even"),
    [
        # 200 sources of 0.015 cents, and 2 USD: of 49.5 cents less 0.75 a day, five days.
        (("2", "0"), ("0.03", "2", "0"), date(2026, 12, 4)),
        (("2", None), ("0.03", "2", None), "unknown, without --training"),
        ((None, None), ("0.03", None, None), "unknown, without --judge"),
    ],
)
def test_it_pays_once_all_is_paid(once: Any, shown: Any, even: Any) -> None:
    """What is not known is not nothing: then nobody knows when it pays."""
    plan = Plan("small", fallback=Decimal("0.01"))
    first = {name: usd and Decimal(usd) for name, usd in zip(("judge", "training"), once, strict=True)}
    way = project(replace(TRAFFIC, plan=plan), "fine-tuned", SMALL, first)

    assert way.break_even is not None
    assert way.once is not None
    assert [usd and Decimal(usd) for usd in shown] == list(way.once.values())
    assert even in (way.break_even.on, way.break_even.reason)


def test_nothing_is_projected_on_an_unknown_price() -> None:
    """Its sentence is all there is."""
    way = project(TRAFFIC, "untuned", Rate("odd", unknown="No price."), NOTHING_FIRST)

    assert Scenario("untuned", "odd", "No price.") == way


@pytest.mark.parametrize("most", [10**9])
def test_amounts_may_be_large(most: int) -> None:
    """Whatever a user types: figures, not an overflow."""
    plan = Plan("small", shadow=most, sources_per_topic=most, hosting=Decimal(most))
    traffic = Traffic(plan, date(2026, 1, 1), 1, Decimal(most), [(0, Decimal(0))] * 3649 + [(1, Decimal(most))], [])
    way = project(traffic, "fine-tuned", Rate("own", {("per_hour", 0): Decimal(most)}), NOTHING_FIRST)

    assert way.costs is not None
    assert way.costs.per_100_topics is not None
    assert way.costs.per_100_topics.is_finite()

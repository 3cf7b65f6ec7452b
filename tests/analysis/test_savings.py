"""What is projected of a store, full or nearly empty."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

import otel_training
from otel_training import conventions as names
from otel_training.analysis.savings import Savings, read_savings
from otel_training.analysis.savings_rate import Plan
from otel_training.analysis.savings_scenario import Costs
from otel_training.analysis.savings_stamp import SavingsError
from otel_training.capture.handle import Handle, emit_call
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pricing.overrides import read_overrides
from otel_training.store.session import open_drained

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("migrated")]

PRICES = """
[[price]]
model = "big"
input_mtok = 3
output_mtok = 15

[[price]]
model = "small"
input_mtok = 0.10
output_mtok = 0.50

[[price]]
model = "small"
prompt_above = 5_000
input_mtok = 1
output_mtok = 5

[[price]]
model = "free"
input_mtok = 0
output_mtok = 0

[[price]]
model = "machine"
per_hour = 2.40
"""


@pytest.fixture
def projected(folder: DataFolder) -> Callable[..., Savings]:
    """Capture a source for each call, then project them."""
    (make_folder(folder).path / "prices.toml").write_text(PRICES, encoding="utf-8")

    def project(calls: list[tuple[Any, ...]], **plan: Any) -> Savings:
        for model, *tokens in calls:
            with otel_training.extraction() as extraction:
                prompt, answer = tokens or (None, None)
                extraction.llm_call(model=model, input="i", output="o", input_tokens=prompt, output_tokens=answer)
        assert otel_training.flush(10)
        with open_drained(process.settings()) as (store, opened):
            return read_savings(
                store, read_overrides(opened), Plan(**{"candidate": "small", **plan}), datetime.now(UTC)
            )

    return project


def costs(text: str) -> Costs:
    """Costs of so many sources a day as one source costs: of one that day."""
    source = Decimal(text)
    return Costs(source, 40 * source, 4000 * source, 30 * source)


@pytest.mark.parametrize(
    ("calls", "all_models"),
    [
        ([], Costs()),
        ([("odd", 1000, 100)], Costs()),
        ([("big",)], Costs()),
        # The machine's time is not known of a call that is reported.
        ([("machine", 1000, 100)], Costs()),
    ],
)
def test_without_a_cost_nothing_is_projected(calls: Any, all_models: Costs, projected: Any) -> None:
    """Unknown is not 0: there are no figures, and what was called is named."""
    savings = projected(calls)

    assert (None, None, (), all_models) == (savings.stamp, savings.today, savings.scenarios, savings.all_models)
    assert [(model, None, 0, 1) for model, *_ in calls] == [
        (row["name"], row["usd"], row["calls"], row["unpriced"]) for row in savings.models
    ]


def test_what_is_in_no_extraction_is_of_no_source(projected: Any) -> None:
    """Its cost is known, and paid each month; there is no source to project."""
    usage = {names.INPUT_TOKENS: 1000, names.OUTPUT_TOKENS: 200}
    emit_call(Handle("", None), {names.MODEL: "big", **usage}, {"input": None, "outputs": ["a"], "tools": None})
    savings = projected([])

    assert (None, Costs(per_month=Decimal("0.18"))) == (savings.stamp, savings.all_models)
    assert [("big", 1, 0)] == [(row["name"], row["calls"], row["sources"]) for row in savings.models]


def test_one_call_is_enough(projected: Any) -> None:
    """Of one day; how days differ it does not tell."""
    # 1,000 x 3 + 200 x 15 millionths; the candidate's 1,000 x 0.10 + 200 x 0.50, and 3 % of today's.
    savings = projected([("big", 1000, 200)], training=Decimal(1))

    assert (1, 1, 0, costs("0.006"), costs("0.006")) == (
        savings.days, savings.sources, savings.left_out, savings.today, savings.all_models,
    )  # fmt: skip
    assert ["untuned", "few-shot", "fine-tuned"] == [way.name for way in savings.scenarios]
    # Three examples of 1,200 tokens each: 360 millionths more.
    assert [costs("0.00038"), costs("0.00074"), costs("0.00038")] == [way.costs for way in savings.scenarios]
    assert {"unknown before 7 days"} == {way.break_even.reason for way in savings.scenarios}


def test_long_prompts_have_their_own_price(projected: Any) -> None:
    """Each call has the price of its length, with its examples; never one of a sum of tokens."""
    # 0.0002 and 6,000 x 1 + 200 x 5 millionths; with 4,500 tokens more 5,500 x 1 + 200 x 5, and 10,500 x 1 + 200 x 5.
    savings = projected([("big", 1000, 200), ("big", 6000, 200)], few_shot_tokens=4500)

    candidates = [way.parts["candidate"] for way in savings.scenarios[:2]]
    assert [Decimal("0.0072") / 2, Decimal("0.018") / 2] == candidates


def test_what_is_left_out_is_counted(projected: Any) -> None:
    """Calls without a cost beside calls with one; other models' calls are in the figures of all alone."""
    savings = projected([("big", 1000, 200), ("big",), ("small", 1000, 200), ("odd", 1, 1)])

    assert ("big", 1, 1, Decimal("0.006"), Decimal("0.0031")) == (
        savings.stamp.baseline, savings.stamp.calls, savings.left_out, savings.today.per_source,
        savings.all_models.per_source,
    )  # fmt: skip
    assert ["big", "small", "odd"] == [row["name"] for row in savings.models]


def test_a_free_model_has_nothing_to_save(projected: Any) -> None:
    """Its calls cost 0, which is known: no share of it is."""
    savings = projected([("free", 1000, 200)])

    assert (costs("0"), {None}) == (savings.today, {way.saving for way in savings.scenarios})


def test_a_user_names_todays_model(projected: Any) -> None:
    """The one that costs less; one that no call has is an error."""
    calls = [("big", 1000, 200), ("small", 1000, 200)]
    savings = projected(calls, baseline="small", hosting=Decimal(1), judge="odd")

    assert ("small", "0.0002") == (savings.stamp.baseline, str(savings.today.per_source))
    assert {None} == {way.once["judge"] for way in savings.scenarios}
    # 24 x 1 USD a day, of a fallback to 3 %.
    assert (Decimal(24), Decimal("0.000006")) == tuple(
        savings.scenarios[2].parts[part] for part in ("machine", "fallback")
    )
    nothing_judged = projected([], baseline="small", judge="odd", shadow=0)
    assert {Decimal(0)} == {usd for way in nothing_judged.scenarios[:2] for usd in way.once.values()}
    with pytest.raises(SavingsError, match="No call of nobody's in an extraction has tokens and a cost"):
        projected([], baseline="nobody's")

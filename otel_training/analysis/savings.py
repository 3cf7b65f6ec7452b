"""What a cheaper model would save: what calls cost today, from the traffic, beside what a candidate would cost."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Final

from otel_training.analysis.savings_rate import Bracket, Plan, Rates, rates_of
from otel_training.analysis.savings_scenario import MONTH, Costs, Scenario, Traffic, costs_of, exact, project
from otel_training.analysis.savings_stamp import SavingsError, Stamp, read_calls, stamp_of
from otel_training.pricing.ends import DATE
from otel_training.pricing.overrides import Overrides
from otel_training.store.client import Row, Store, read_query

_CHEAPER: Final = ("claude-haiku-5-5", "gpt-5.4-nano")
"""Candidates where none is named: the first that is not today's model."""
_DATED: Final = re.compile(rf"(?:{DATE}|-latest)$")
_DAY: Final = 86_400_000_000
_RULE_OF_THUMB: Final = {"large_model": Decimal("0.003"), "small_model": Decimal("0.0001")}
"""What a source costs where it has 600 tokens and its answer 80, by a model at 3 and 15 USD; and 97 % less."""
_FEW: Final = 3  # examples in a few-shot prompt, each as long as a call
_JUDGEMENT: Final = 100  # tokens of a judge's answer


@dataclass(frozen=True, slots=True)
class Savings:
    """Today's costs and what is projected of them; without a stamp there is nothing to project."""

    plan: Plan
    days: int
    models: list[Row]  # what the calls of each model cost, the costliest first
    all_models: Costs
    stamp: Stamp | None = None
    sources: int = 0
    left_out: int = 0
    """Answered calls of today's model that nothing is projected of: without cost or tokens, or in no extraction."""
    today: Costs | None = None
    rule_of_thumb: dict[str, Costs] | None = None
    scenarios: tuple[Scenario, ...] = ()
    shadows: tuple[Row, ...] = ()
    """What candidates' answers beside cost, by experiment and candidate; in no other figure."""
    simulated_answers: int = 0
    """Of stand-ins."""


def read_savings(store: Store, overrides: Overrides, plan: Plan, now: datetime) -> Savings:
    """Read what calls cost in the plan's days before now, and what they would cost; raises `SavingsError`."""
    until = int(now.timestamp() * 1e6)
    window = {"since": until - plan.days * _DAY, "until": until}
    shadows = tuple(store.rows(read_query("savings_shadows"), **window))
    simulated = store.row(read_query("savings_simulated"), **window)["answers"]
    whole, *models = store.rows(read_query("savings_models"), **window)
    days = min(whole["days"], plan.days)
    baseline = next((row for row in models if row["source_usd"] and plan.baseline in ("", row["name"])), None)
    today = baseline["name"] if baseline else ""
    plan = replace(plan, candidate=plan.candidate or next(model for model in _CHEAPER if not is_same(model, today)))
    calls, *lengths = read_calls(store, today, window) if baseline else [{"calls": 0}]
    if baseline is None or not calls["calls"]:
        if plan.baseline:
            raise SavingsError(
                f"No call of {plan.baseline} in an extraction has tokens and a cost: name another model."
            )
        costs = _costs_of_all(whole, days, plan)
        return Savings(plan, days, models, costs, shadows=shadows, simulated_answers=simulated)
    total, *by_day = store.rows(read_query("savings_days"), baseline=baseline["name"], **window)
    usd_of = {row["days_ago"]: (row["sources"], Decimal(row["usd"])) for row in by_day}
    series = [usd_of.get(day, (0, Decimal(0))) for day in range(days)]
    rates = rates_of(plan, overrides, baseline["name"], baseline["provider"], now)
    length = ceil((calls["input"] + calls["output"]) / calls["calls"])
    extra = _FEW * length if plan.few_shot_tokens is None else plan.few_shot_tokens
    edges = {edge for rate in rates for more in (0, extra) for edge in rate.edges(more)}
    if edges:
        _, *lengths = read_calls(store, baseline["name"], window, edges)
    brackets = [Bracket(row["above"], row["calls"], row["input"], row["output"]) for row in lengths]
    traffic = Traffic(plan, now.date(), total["sources"], Decimal(total["usd"]), series, brackets)
    return Savings(
        plan,
        days,
        models,
        _costs_of_all(whole, days, plan),
        stamp_of(baseline, overrides, window, calls, rates),
        traffic.sources,
        left_out=baseline["calls"] + baseline["unpriced"] - calls["calls"],
        today=traffic.costs(traffic.per_source),
        rule_of_thumb={name: traffic.costs(usd) for name, usd in _RULE_OF_THUMB.items()},
        scenarios=_project_all(traffic, rates, length, extra),
        shadows=shadows,
        simulated_answers=simulated,
    )


def is_same(model: str, other: str) -> bool:
    """Return whether two names are of one model: a version by its date is no other."""
    return _DATED.sub("", model) == _DATED.sub("", other)


def _project_all(traffic: Traffic, rates: Rates, length: int, extra: int) -> tuple[Scenario, ...]:
    """Project a candidate as it is, one with examples in its prompt, and one that is fine-tuned."""
    # Each of the two answers is judged by itself, beside its prompt.
    judged = 2 * traffic.plan.shadow
    judging = rates.judge.cost([Bracket(length - 1, judged, judged * length, judged * _JUDGEMENT)])
    is_unknown = judged and (rates.judge.unknown or rates.judge.per_day)
    once = {"judge": None if is_unknown else judging}
    return (
        project(traffic, "untuned", rates.candidate, {**once, "training": Decimal(0)}),
        project(traffic, "few-shot", rates.candidate, {**once, "training": Decimal(0)}, extra),
        project(traffic, "fine-tuned", rates.tuned, {**once, "training": traffic.plan.training}),
    )


def _costs_of_all(whole: Row, days: int, plan: Plan) -> Costs:
    """Return what sources cost whichever models answer, and what all calls cost, as dashboards show it."""
    if whole["usd"] is None:
        return Costs()
    month = MONTH * Decimal(whole["usd"]) / days
    if not whole["sources"]:
        return Costs(per_month=exact(month))
    return costs_of(Decimal(whole["source_usd"]) / whole["sources"], month, plan)

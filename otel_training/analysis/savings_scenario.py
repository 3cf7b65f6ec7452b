"""What one way to use a candidate would cost, and save, of the traffic that today's model has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import Final

from otel_training.analysis.savings_pace import BreakEven, break_even
from otel_training.analysis.savings_rate import Bracket, Plan, Rate
from otel_training.pricing.ends import end_of

MONTH: Final = 30
_GOAL: Final = Decimal("0.97")
_NOTHING: Final = Decimal(0)
_RESOLUTION: Final = Decimal("1e-12")
_WIDE: Final = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Costs:
    """What sources cost in USD; None where that is unknown."""

    per_source: Decimal | None = None
    per_topic: Decimal | None = None
    per_100_topics: Decimal | None = None
    per_month: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """Today's model in its extractions: sources, what they cost, both by day, and how long its calls are."""

    plan: Plan
    today: date
    sources: int
    usd: Decimal
    days: Sequence[tuple[int, Decimal]]
    brackets: Sequence[Bracket]

    @property
    def per_source(self) -> Decimal:
        """What a source costs."""
        return self.usd / self.sources

    @property
    def per_day(self) -> Decimal:
        """How many sources a day has."""
        return Decimal(self.sources) / len(self.days)

    def costs(self, per_source: Decimal) -> Costs:
        """Return what this traffic costs at so much a source."""
        return costs_of(per_source, MONTH * self.per_day * per_source, self.plan)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one way to use the candidate costs, and saves; None where that is unknown."""

    name: str
    model: str
    unknown: str = ""  # why its costs are unknown
    costs: Costs | None = None
    parts: dict[str, Decimal] | None = None  # what is paid for a source
    saving: Decimal | None = None
    out_of_reach: str = ""  # why it saves less than 97 %
    once: dict[str, Decimal | None] | None = None  # what is paid before it saves anything
    break_even: BreakEven | None = None
    worth_from: Decimal | None = None  # sources a day from which on its machine costs less than today's model
    ends: date | None = None  # when its provider turns it off, where that is announced


def exact(amount: Decimal) -> Decimal:
    """Round an amount as costs of calls are."""
    return amount.quantize(_RESOLUTION, context=_WIDE).normalize() + 0


def costs_of(per_source: Decimal, per_month: Decimal, plan: Plan) -> Costs:
    """Return what a source, a topic and a hundred cost, and a month."""
    topic = per_source * plan.sources_per_topic
    return Costs(*map(exact, (per_source, topic, 100 * topic, per_month)))


def project(traffic: Traffic, name: str, rate: Rate, once: dict[str, Decimal | None], extra: int = 0) -> Scenario:
    """Project the traffic on a candidate that is asked for each source, with so many tokens more in its prompt."""
    if rate.unknown:
        return Scenario(name, rate.model, rate.unknown)
    today, fallback = traffic.per_source, traffic.plan.fallback
    own, machine = rate.cost(traffic.brackets, extra) / traffic.sources, rate.per_day / traffic.per_day
    parts = {"candidate": own, "fallback": fallback * today, "machine": machine}
    total = sum(parts.values(), _NOTHING)
    saving = 1 - total / today if today else None
    once, end = {"shadow": traffic.plan.shadow * (own + machine), **once}, end_of(rate.model)
    daily = [usd * (1 - fallback) - sources * own - rate.per_day for sources, usd in traffic.days]
    kept = today * (1 - fallback) - own
    return Scenario(
        name, rate.model, costs=traffic.costs(total), parts={part: exact(usd) for part, usd in parts.items()},
        saving=None if saving is None else exact(saving),
        out_of_reach="" if saving is None or saving >= _GOAL else _out_of_reach(own / today, machine / today, fallback),
        once={part: None if usd is None else exact(usd) for part, usd in once.items()},
        break_even=_break_even(once, daily, traffic.today),
        worth_from=exact(rate.per_day / kept) if rate.per_day and kept > 0 else None,
        ends=None if end is None else end.on,
    )  # fmt: skip


def _break_even(once: dict[str, Decimal | None], daily: Sequence[Decimal], today: date) -> BreakEven:
    if unknown := [part for part, usd in once.items() if usd is None]:
        return BreakEven(reason=f"unknown, without --{unknown[0]}")
    return break_even(sum(filter(None, once.values()), _NOTHING), daily, today)


def tenths(share: Decimal) -> str:
    """Write a share in percent and tenths of it, as it is: less than nothing, or more than all."""
    return f"{100 * share:,.1f} %"


def _out_of_reach(own: Decimal, machine: Decimal, fallback: Decimal) -> str:
    parts = {"its calls": own, "its machine": machine, "the fallback": fallback}
    shares = " + ".join(f"{part} {tenths(share)}" for part, share in parts.items() if share)
    rest = 1 - _GOAL - own - machine
    cure = f"a fallback below {tenths(rest)} would do" if rest > 0 else "no fallback is rare enough"
    return f"{shares} of today's costs, where {tenths(1 - _GOAL)} is left; {cure}"

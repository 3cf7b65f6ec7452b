"""What a model's tokens would cost, for calls that another has answered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from otel_training.pricing.call import Call, Reason
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import no_price, prices_of


@dataclass(frozen=True, slots=True)
class Plan:
    """What is projected; amounts in USD."""

    candidate: str  # the cheaper model; empty for the first of some that is not today's
    provider: str = ""
    tuned: str = ""  # the candidate's name after its fine-tuning, where that has another price
    baseline: str = ""  # today's model; by default the one that costs the most
    days: int = 30
    fallback: Decimal = Decimal("0.03")
    """The share of sources that today's model still answers, after the candidate: both calls are paid."""
    is_batch: bool = False
    few_shot_tokens: int | None = None
    shadow: int = 200
    """Sources that both models answer first: about as many pairs tell a candidate of 93 % from one of 90 %."""
    judge: str = ""  # the model that compares them; by default today's
    training: Decimal | None = None
    hosting: Decimal | None = None
    """What a machine for the fine-tuned model costs an hour, day and night, instead of tokens."""
    sources_per_topic: int = 40


_MILLION: Final = 1_000_000
_HOUR: Final = ("per_hour", 0)


class Bracket(NamedTuple):
    """Calls with prompts of more than `above` tokens, up to where a price changes; the tokens of all of them."""

    above: int
    calls: int
    input: int
    output: int


@dataclass(frozen=True, slots=True)
class Rate:
    """The prices of a model in USD, by name and for prompts above so many tokens; else why they are unknown."""

    model: str
    lines: dict[tuple[str, int], Decimal] = field(default_factory=dict)
    unknown: str = ""

    @property
    def per_day(self) -> Decimal:
        """What its machine costs; nothing where tokens are paid."""
        return 24 * self.lines.get(_HOUR, Decimal(0))

    def written(self) -> dict[str, str]:
        """Return the prices as texts."""
        return {f"{name} above {above}" if above else name: str(usd) for (name, above), usd in self.lines.items()}

    def edges(self, extra: int = 0) -> set[int]:
        """Return the lengths of today's prompts above which, with so many tokens more, a price changes."""
        return {max(0, above - extra) for _, above in self.lines if above}

    def cost(self, brackets: Iterable[Bracket], extra: int = 0) -> Decimal:
        """Return what the calls cost with so many tokens more in each prompt, none of them from a cache."""
        amount = Decimal(0)
        for above, calls, prompts, answers in brackets:
            amount += (prompts + calls * extra) * self._price("input_mtok", above + extra)
            amount += answers * self._price("output_mtok", above + extra)
        return amount / _MILLION

    def _price(self, name: str, length: int) -> Decimal:
        fitting = [(above, price) for (line, above), price in self.lines.items() if line == name and above <= length]
        return max(fitting, default=(0, Decimal(0)))[1]


def rate_of(call: Call, overrides: Overrides) -> Rate:
    """Return the prices that such calls have at their time."""
    quote, lines = prices_of(call, overrides)
    is_whole = _HOUR in lines or {("input_mtok", 0), ("output_mtok", 0)} <= lines.keys()
    reason = quote.reason or ("" if is_whole else Reason.NO_TOKEN_PRICE)
    return Rate(call.model, unknown=no_price(call.model, reason)) if reason else Rate(call.model, lines)


class Rates(NamedTuple):
    """The prices that a plan needs: of the candidate as it is, of the fine-tuned one, of the judge."""

    candidate: Rate
    tuned: Rate
    judge: Rate


def rates_of(plan: Plan, overrides: Overrides, baseline: str, provider: str, now: datetime) -> Rates:
    """Return the prices of now; today's model, and who serves it, is the judge where the plan names none."""

    def rate(model: str, provider: str, *, is_batch: bool = False) -> Rate:
        return rate_of(Call(model, provider=provider, time=now, is_batch=is_batch), overrides)

    candidate = rate(plan.candidate, plan.provider, is_batch=plan.is_batch)
    tuned = rate(plan.tuned, plan.provider, is_batch=plan.is_batch) if plan.tuned else candidate
    if plan.hosting is not None:
        tuned = Rate(plan.tuned or plan.candidate, {_HOUR: plan.hosting})
    return Rates(candidate, tuned, rate(plan.judge, "") if plan.judge else rate(baseline, provider))

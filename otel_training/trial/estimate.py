"""What an evaluation will cost, before it costs anything."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from otel_training.dataset.example import answer_json
from otel_training.dataset.tokens import Count
from otel_training.pricing.call import CACHE_BESIDE, Call, Usage
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import no_price, price_call, prices_version
from otel_training.pricing.price_list import provider_at
from otel_training.routing.answer import Reply
from otel_training.routing.state import Definition
from otel_training.trial.candidate import prompt_text
from otel_training.trial.case import Case
from otel_training.trial.claude_judge import ClaudeJudge
from otel_training.trial.evaluation import Attempt
from otel_training.trial.judge import Judge, Question

_VERDICT_TOKENS: Final = 150
_TURN_TOKENS: Final = 8
"""What a message adds to its text."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Calls of one model, with their tokens and what they cost in USD; None where that is unknown, with the reason."""

    who: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    unknown: str = ""


def provider_of(definition: Definition) -> str:
    """Return who is paid: the same model costs nothing of its list price on a machine of the user's own."""
    return provider_at(definition.base_url) if definition.base_url else definition.provider


def estimate_answers(definition: Definition, cases: Iterable[Case], overrides: Overrides, tokens: Count) -> Estimate:
    """Estimate the candidate's calls."""
    prompt = tokens(prompt_text(definition)) + _TURN_TOKENS * (2 + len(definition.messages))
    sizes = [(prompt + tokens(case.source_content), tokens(answer_json(case.reference))) for case in cases]
    model, provider = definition.model, provider_of(definition)
    host = provider if provider == urlsplit(definition.base_url).hostname else ""
    return _estimate("candidate", model, sizes, overrides, provider, host=host)


def estimate_judging(judge: Judge, questions: Sequence[Question], overrides: Overrides, tokens: Count) -> Estimate:
    """Estimate the judge's calls; a function of the user's, and no judge, cost nothing that we know of."""
    if not isinstance(judge, ClaudeJudge):
        return Estimate("judge", judge.name, len(questions), 0, 0, Decimal())
    sizes = [(tokens(json.dumps(judge.request(question))), _VERDICT_TOKENS) for question in questions]
    return _estimate("judge", judge.name, sizes, overrides, "anthropic", is_batch=True)


def price_of(definition: Definition, overrides: Overrides, reply: Reply | Attempt) -> tuple[Decimal | None, str]:
    """Return what a reply cost, and by what; that it is counted in another way from then on is another price."""
    usage = Usage(reply.input_tokens, reply.output_tokens, reply.cache_read_tokens, reply.cache_write_tokens)
    provider, now = provider_of(definition), datetime.now(UTC)
    call = Call(definition.model, usage, provider, reply.model, now, seconds=reply.seconds)
    prices = [prices_version(overrides), *([CACHE_BESIDE] if call.assumption == CACHE_BESIDE else [])]
    return price_call(call, overrides).amount, ", ".join(prices)


def _estimate(  # noqa: PLR0913 - a call's price takes so much
    who: str,
    model: str,
    sizes: Sequence[tuple[int, int]],
    overrides: Overrides,
    provider: str,
    *,
    host: str = "",
    is_batch: bool = False,
) -> Estimate:
    now = datetime.now(UTC)
    # Each by itself: a sum of tokens would reach the prices of long prompts.
    calls = [Call(model, Usage(size, output), provider, time=now, is_batch=is_batch) for size, output in sizes]
    costs = [price_call(call, overrides) for call in calls]
    unknown = next((cost.reason for cost in costs if cost.amount is None), "")
    amounts = [cost.amount for cost in costs if cost.amount is not None]
    total = None if unknown else sum(amounts, Decimal())
    sums = sum(size for size, _ in sizes), sum(output for _, output in sizes)
    return Estimate(who, model, len(sizes), *sums, total, no_price(model, unknown, host) if unknown else "")

"""Answering: the candidate is asked about held-out sources, a few at a time; what it answers is kept as it comes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeAlias

from otel_training.dataset.example import Insight
from otel_training.errors import TrainingError
from otel_training.progress import Progress, silent
from otel_training.routing.answer import Reply
from otel_training.trial.case import Case
from otel_training.trial.checks import agreement, checks_of
from otel_training.trial.evaluation import CANDIDATE, Attempt, Book
from otel_training.trial.function import FunctionError
from otel_training.trial.workers import workers

AT_ONCE: Final = 8
_PART: Final = 4 * AT_ONCE
_OWN_FAULT: Final = frozenset({400, 413, 422})
"""Statuses that say that this source cannot be answered: a failure of the candidate, as a timeout is."""
_REFUSED: Final = frozenset({401, 403, 404, 410, 501})
"""Statuses that no other source would change."""

_PAUSES: Final = (1.0, 4.0, 16.0, 0.0)
"""Seconds before it is asked again, where too many ask at once or a connection broke."""

Ask: TypeAlias = Callable[[Case], Reply]
Price: TypeAlias = Callable[[Reply | Attempt], tuple[Decimal | None, str]]
"""What a reply costs, and the version of all prices."""
Wait: TypeAlias = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A case that was not answered for a reason that says nothing of the candidate: it is asked again next time."""

    example: str
    reason: str
    is_refused: bool


def answer_cases(  # noqa: PLR0913 - what is asked, how, and where it goes
    cases: Sequence[Case],
    ask: Ask,
    price: Price,
    book: Book,
    *,
    at_once: int = AT_ONCE,
    progress: Progress = silent,
    wait: Wait = time.sleep,
) -> tuple[list[Attempt], list[Unanswered]]:
    """Ask about each case; keep what was answered, part by part.

    Raises `TrainingError` where nobody answers at all, so that a provider's outage is no quality of the candidate.
    """
    attempts, left = list[Attempt](), list[Unanswered]()
    with workers(at_once) as pool:
        for start in range(0, len(cases), _PART):
            part = list(pool.map(lambda case: _asked_patiently(case, ask, price, wait), cases[start : start + _PART]))
            answered = [result for result in part if isinstance(result, Attempt)]
            failed = [result for result in part if isinstance(result, Unanswered)]
            book.keep(answered)
            attempts += answered
            left += failed
            if failed and (not answered or any(failure.is_refused for failure in failed)):
                there = f"{len(attempts):,} of {len(cases):,} answers are kept"
                raise TrainingError(f"The candidate does not answer ({failed[0].reason}): {there}, run it again.")
            progress(start + len(part), len(cases))
    return attempts, left


def _asked_patiently(case: Case, ask: Ask, price: Price, wait: Wait) -> Attempt | Unanswered:
    for pause in _PAUSES:
        result = _asked(case, ask, price)
        if isinstance(result, Attempt) or result.is_refused:
            break
        wait(pause)
    return result


def _asked(case: Case, ask: Ask, price: Price) -> Attempt | Unanswered:
    try:
        reply = ask(case)
    except TrainingError:
        raise
    except Exception as error:  # noqa: BLE001 - of any provider's client
        return _failure(case, error)
    cost, prices = price(reply)
    answer = tuple(Insight(item["text"] or "", item["category"]) for item in reply.insights or ())
    return replace(
        attempt_of(case, answer),
        error="schema" if reply.insights is None else "",
        model=reply.model,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cache_read_tokens=reply.cache_read_tokens,
        cache_write_tokens=reply.cache_write_tokens,
        cost=cost,
        prices=prices,
        seconds=reply.seconds,
        reported=reply.quality_score,
    )


def attempt_of(case: Case, answer: tuple[Insight, ...]) -> Attempt:
    """Return an answer of the candidate with what can be computed of it."""
    return Attempt(
        case.example, CANDIDATE, case.source, case.slices, answer, fields=agreement(answer, case.reference),
        checks=checks_of(case.source_content, answer, case.reference),
    )  # fmt: skip


def _failure(case: Case, error: Exception) -> Attempt | Unanswered:
    """Tell a candidate that cannot answer this source from a provider that answers nobody now."""
    status, name = getattr(error, "status_code", None), type(error).__name__
    is_own = status in _OWN_FAULT or isinstance(error, TimeoutError) or "Timeout" in name
    is_client = type(error).__module__.partition(".")[0] in {"anthropic", "openai"} or isinstance(error, OSError)
    if is_client and not is_own:
        return Unanswered(case.example, f"{name}: {error}"[:200], status in _REFUSED)
    return replace(attempt_of(case, ()), error=error.name if isinstance(error, FunctionError) else name)

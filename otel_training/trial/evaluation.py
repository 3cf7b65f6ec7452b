"""What an evaluation has found so far: a row an arm and example in the store, from where it goes on."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

import orjson

from otel_training.conventions import COMMAND
from otel_training.dataset.example import Insight
from otel_training.errors import StoreLockedError, TrainingError
from otel_training.store.client import Row, Store, read_query
from otel_training.trial.judge import answer_values
from otel_training.trial.pair import Observation, Pair

BASELINE: Final = "claude"
CANDIDATE: Final = "candidate"
GOLD: Final = "gold"
CONTROL: Final = "control"
JUDGED, JUDGED_AGAIN = 1, 2
_TRIES: Final = 30
"""Of ten seconds each."""

Opener: TypeAlias = Callable[[], AbstractContextManager[Store]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is the same of all rows of an evaluation; anything else of it is another evaluation."""

    evaluation_id: str
    candidate: str
    candidate_id: str
    dataset_id: str
    split: str
    judge: str
    rubric: str
    is_self_reported: bool
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one arm answered to an example, and what the judge said of it."""

    extraction_id: str
    arm: str
    source: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    answer: tuple[Insight, ...] = ()
    error: str = ""
    """Why there is no answer: `schema`, or the error's name; then the score is 0."""
    model: str = ""
    """As the answer names it."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    """Of the input."""
    cache_write_tokens: int | None = None
    cost: Decimal | None = None
    prices: str = ""
    """The version of all prices, by which it was priced."""
    seconds: float | None = None
    reported: float | None = None
    place: int = 0
    judged: int = 0
    score: float | None = None
    score_again: float | None = None
    reason: str = ""
    judge_model: str = ""
    judge_cost: Decimal | None = None
    passed: bool | None = None
    label: bool | None = None
    fields: Mapping[str, float] = field(default_factory=dict)
    checks: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return (self.extraction_id, self.arm)

    @property
    def is_judged(self) -> bool:
        """Whether the judge was asked, or need not be."""
        return bool(self.judged & JUDGED)


_ATTEMPT: Final = tuple(part.name for part in fields(Attempt))
_COLUMNS: Final = (*(part.name for part in fields(Evaluation)), "ts", "revision", *_ATTEMPT)


@dataclass(frozen=True, slots=True)
class Book:
    """Where an evaluation is kept; the store is opened for a moment each time, so that other commands come to it."""

    evaluation: Evaluation
    opener: Opener

    def keep(self, attempts: Iterable[Attempt]) -> None:
        """Write attempts, over those of the same arm and example."""
        now, revision = datetime.now(UTC), time.time_ns()
        shared = list(asdict(self.evaluation).values())
        rows = [[*shared, now, revision, *_stored(attempt)] for attempt in attempts]
        if rows:
            with self._store() as store:
                store.insert("evaluations", _COLUMNS, rows)

    def batches(self) -> list[str]:
        """Return the batches that were submitted to the judge."""
        with self._store() as store:
            rows = store.rows(read_query("trial_batches"), evaluation_id=self.evaluation.evaluation_id)
            return [row["batch_id"] for row in rows]

    def add(self, batch_id: str) -> None:
        """Keep one more."""
        with self._store() as store:
            row = [self.evaluation.evaluation_id, batch_id, datetime.now(UTC)]
            store.insert("judge_batches", ("evaluation_id", "batch_id", "ts"), [row])

    @contextmanager
    def _store(self) -> Iterator[Store]:
        """Open the store, however long another command has it: what was paid for is not lost meanwhile."""
        with ExitStack() as stack:
            yield _entered(stack, self.opener)


def _entered(stack: ExitStack, opener: Opener) -> Store:
    for _ in range(_TRIES):
        with suppress(StoreLockedError):
            return stack.enter_context(opener())
    return stack.enter_context(opener())


def find_evaluation(store: Store, candidate: str) -> Evaluation:
    """Return the last evaluation of a candidate; raises `TrainingError` where there is none."""
    if rows := list(store.rows(read_query("trial_list"), candidate=candidate)):
        return Evaluation(**rows[0])
    how = f"`{COMMAND} experiment eval {candidate} --dataset DATASET`"
    raise TrainingError(f"The candidate {candidate!r} was not evaluated: {how} does it.")


def read_attempts(store: Store, evaluation_id: str) -> list[Attempt]:
    """Read what an evaluation has found so far."""
    return [_attempt(row) for row in store.rows(read_query("trial_attempts"), evaluation_id=evaluation_id)]


def failures_of(attempts: Iterable[Attempt]) -> dict[str, int]:
    """Count the candidate's answers that failed by why, the most frequent first."""
    return dict(Counter(each.error for each in attempts if each.arm == CANDIDATE and each.error).most_common())


def pairs_of(attempts: Iterable[Attempt]) -> list[Pair]:
    """Join the attempts of both arms, by example."""
    arms: dict[str, dict[str, Attempt]] = defaultdict(dict)
    for attempt in attempts:
        if attempt.is_judged:
            arms[attempt.extraction_id][attempt.arm] = attempt
    return [
        Pair(
            example,
            both[CANDIDATE].source,
            both[CANDIDATE].slices,
            _observed(both[BASELINE]),
            _observed(both[CANDIDATE]),
        )
        for example, both in sorted(arms.items())
        if BASELINE in both and CANDIDATE in both
    ]


def _observed(attempt: Attempt) -> Observation:
    names = ("text", "category", "count")
    agreement = {name: attempt.fields.get(name) for name in names}
    is_error = bool(attempt.error)
    return Observation(attempt.score, attempt.passed, agreement, attempt.cost, attempt.seconds, error=is_error)


def _stored(attempt: Attempt) -> Sequence[object]:
    values = {name: getattr(attempt, name) for name in _ATTEMPT}
    values["answer"] = json.dumps(answer_values(attempt.answer), ensure_ascii=False)
    return [dict(value) if isinstance(value, Mapping) else value for value in values.values()]


def _attempt(row: Row) -> Attempt:
    values: dict[str, Any] = {name: row[name] for name in _ATTEMPT}
    values["answer"] = tuple(Insight(item["text"], item["category"]) for item in orjson.loads(row["answer"]))
    for name in ("cost", "judge_cost"):
        values[name] = None if row[name] is None else Decimal(row[name])
    for name in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"):
        values[name] = None if row[name] is None else int(row[name])
    return Attempt(**values)

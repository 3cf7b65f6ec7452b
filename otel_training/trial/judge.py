"""The judge: one for both arms, that knows neither; an unreadable judgement is counted and never scored."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from otel_training.dataset.example import Insight
from otel_training.errors import TrainingError
from otel_training.trial.workers import workers

MOST_SCORE: Final = 10
SELF: Final = "self"
_AT_ONCE: Final = 8


class JudgeError(TrainingError):
    """The judge cannot be asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """One source with an answer, or with two in an order that says nothing of whose they are."""

    key: str
    topic: str
    source_content: str
    answers: tuple[tuple[Insight, ...], ...]
    reported: tuple[float | None, ...] = ()
    """The scores that who answered gave itself; only `SelfJudge` looks at them."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score for each answer in order, 0 to 10; None for each where they are unreadable, with the reason."""

    scores: tuple[float | None, ...]
    reason: str = ""
    model: str = ""
    cost: Decimal | None = None
    """In USD; None where it is unknown."""


class Journal(Protocol):
    """What outlives the process: the batches that were submitted for an evaluation."""

    def batches(self) -> Sequence[str]:
        """Return the ids of all."""

    def add(self, batch_id: str) -> None:
        """Keep one more."""


class Judge(Protocol):
    """Who scores answers."""

    @property
    def name(self) -> str:
        """The model or the function."""

    @property
    def rubric(self) -> str:
        """The digest of what it judges by."""

    @property
    def is_simulated(self) -> bool:
        """Whether it is a stand-in."""

    @property
    def is_self_reported(self) -> bool:
        """Whether the scores are those that who answered gave itself."""

    def ask(self, questions: Sequence[Question], journal: Journal) -> Iterator[tuple[str, Judgement]]:
        """Yield judgements by the questions' keys, as they come; those that are missing are to be asked again."""


def readable(value: object) -> float | None:
    """Return a score; None for what is none: true, a text, less than 0, more than 10, NaN."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value) if 0 <= value <= MOST_SCORE else None


@dataclass(frozen=True, slots=True)
class SelfJudge:
    """No judge at all: the scores that extractors gave themselves."""

    name: str = SELF
    rubric: str = SELF
    is_simulated: bool = False
    is_self_reported: bool = True

    def ask(self, questions: Sequence[Question], _journal: Journal) -> Iterator[tuple[str, Judgement]]:
        """Yield what was reported."""
        for question in questions:
            scores = tuple(map(readable, question.reported)) or (None,) * len(question.answers)
            yield question.key, Judgement(scores, "" if None not in scores else "no score of its own", cost=Decimal())


Score: TypeAlias = Callable[[str, list[dict[str, str | None]], str], object]
"""A user's function: from source content, insights and topic to a score from 0 to 10."""


@dataclass(frozen=True, slots=True)
class FunctionJudge:
    """A user's function, which is given one answer at a time."""

    name: str
    score: Score
    rubric: str = "function"
    is_self_reported: bool = field(default=False, init=False)

    @property
    def is_simulated(self) -> bool:
        """Whether the function says so of itself."""
        return bool(getattr(self.score, "simulated", False))

    def ask(self, questions: Sequence[Question], _journal: Journal) -> Iterator[tuple[str, Judgement]]:
        """Yield judgements in order, eight questions at a time."""
        with workers(_AT_ONCE) as pool:
            yield from zip((question.key for question in questions), pool.map(self._judge, questions), strict=True)

    def _judge(self, question: Question) -> Judgement:
        ask = partial(self._score, question)
        scores, reasons = zip(*map(ask, question.answers), strict=True)
        return Judgement(scores, next(filter(None, reasons), ""), self.name, Decimal())

    def _score(self, question: Question, answer: Iterable[Insight]) -> tuple[float | None, str]:
        insights: list[dict[str, str | None]] = [
            {"text": insight.text, "category": insight.category} for insight in answer
        ]
        try:
            value = self.score(question.source_content, insights, question.topic)
        except Exception as error:  # noqa: BLE001 - a user's function may raise anything: it is no score
            return None, f"{type(error).__name__}: {error}"
        score = readable(value)
        return score, "" if score is not None else f"{type(value).__name__} is no score from 0 to {MOST_SCORE}"


def find_function(name: str) -> Callable[..., Any]:
    """Return the function of `module:function`, also of a module in the working directory."""
    module, _, function = name.partition(":")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        scorer = getattr(import_module(module), function)
    except Exception as error:
        raise JudgeError(
            f"There is no {name} ({error}): give module:function, from the folder of the module."
        ) from error
    if not callable(scorer):
        raise JudgeError(f"{name} is no function: name one as module:function.")
    return scorer  # type: ignore[no-any-return]  # any callable of the user's


def answer_values(answer: Iterable[Insight]) -> list[Mapping[str, str | None]]:
    """Return an answer as the judge reads it: texts and categories, nothing of who gave it."""
    return [{"text": insight.text, "category": insight.category} for insight in answer]

"""What came in since a promotion: answers side by side, judged as before it, and calls that were the candidate's."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from otel_training.dataset.example import Insight
from otel_training.routing.state import Promotion
from otel_training.store.client import Row, Store, read_query
from otel_training.trial.answering import attempt_of
from otel_training.trial.case import Case
from otel_training.trial.evaluation import (
    BASELINE,
    CANDIDATE,
    Attempt,
    Book,
    Evaluation,
    Opener,
    pairs_of,
    read_attempts,
)
from otel_training.trial.guardrails import Limits
from otel_training.trial.judge import Judge
from otel_training.trial.pair import Observation, Pair
from otel_training.trial.scoring import Scoring, score_answers
from otel_training.trial.verdict import BAR
from otel_training.trial.watch import Watch, watch

SPLIT: Final = "watch"
"""By which its judgements are told from those of evaluations."""
_JUDGED: Final = 1000
_SERVED: Final = 10_000
_NOTHING: Final = Observation(None, None, {}, None, None)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What there is to be looked at, by the time when it came."""

    evaluation: Evaluation
    promotion: Promotion
    scoring: Scoring
    """Of the sources that both answered."""
    times: Mapping[str, str]
    served: list[tuple[str, Pair]]
    """Calls that the candidate was to answer, of whose quality nothing is known."""

    @property
    def judged(self) -> int:
        """How many sources both answered, and the judge knows."""
        return sum(attempt.is_judged for (_, arm), attempt in self.scoring.attempts.items() if arm == CANDIDATE)

    @property
    def answered(self) -> int:
        """How many calls came since the present share."""
        return sum(time >= self.promotion.stepped for time, _ in self.served)

    def have_judged(self, judge: Judge, opener: Opener) -> None:
        """Have the judge say what it was not asked yet."""
        score_answers(self.scoring, judge, Book(self.evaluation, opener))

    def look(self) -> Watch:
        """Look at all of it in its order, by the bounds of the verdict."""
        attempts, timed = self.scoring.attempts, list(self.served)
        for pair in pairs_of(attempts.values()):
            # What is empty is no answer where it serves.
            is_answered = not pair.candidate.error and attempts[pair.example, CANDIDATE].answer
            seen = replace(pair, candidate=replace(pair.candidate, fallback=not is_answered))
            timed.append((self.times[pair.example], seen))
        timed.sort(key=lambda each: each[0])
        return watch((pair for _, pair in timed), BAR, Limits(), self.promotion.longest)


def read_afterwards(store: Store, name: str, promotion: Promotion, judge: Judge) -> Afterwards:
    """Read what came since; the newest, where that is much."""
    parts = [SPLIT, name, promotion.candidate_id, promotion.since, judge.name, judge.rubric]
    evaluation = Evaluation(
        hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32], promotion.candidate, promotion.candidate_id, "",
        SPLIT, judge.name, judge.rubric, judge.is_self_reported, judge.is_simulated,
    )  # fmt: skip
    chosen: dict[str, Any] = {"experiment": name, "candidate": promotion.candidate, "since": promotion.since}
    known = {attempt.key: attempt for attempt in read_attempts(store, evaluation.evaluation_id)}
    cases, attempts, times = dict[str, Case](), dict[tuple[str, str], Attempt](), dict[str, str]()
    for row in store.rows(read_query("trial_shadows"), limit=_JUDGED, **chosen):
        case = _case(row)
        cases[case.example], times[case.example] = case, row["time"]
        attempts |= {key: known[key] for arm in (BASELINE, CANDIDATE) if (key := (case.example, arm)) in known}
        if (key := (case.example, CANDIDATE)) not in known:
            attempts[key] = replace(
                attempt_of(case, _insights(row["candidate"])), error=row["error"], seconds=row["seconds"],
                reported=row["candidate_reported"],
            )  # fmt: skip
    calls = store.rows(read_query("trial_served"), limit=_SERVED, **chosen)
    served = [(row["time"], _served(row)) for row in calls]
    scoring = Scoring(evaluation.evaluation_id, cases, {}, attempts, measures_judge=False)
    return Afterwards(evaluation, promotion, scoring, times, served)


def _case(row: Row) -> Case:
    answer = _insights(row["baseline"])
    return Case(
        row["extraction_id"], row["source_url"] or row["extraction_id"], row["topic"], row["source_url"],
        row["source_content"], {}, answer, answer, "", None, None, row["reported"],
    )  # fmt: skip


def _insights(rows: Iterable[tuple[str, str | None]]) -> tuple[Insight, ...]:
    return tuple(Insight(text, category) for text, category in rows)


def _served(row: Row) -> Pair:
    seen = replace(
        _NOTHING, seconds=row["duration"], fallback=bool(row["is_fallback"]),
        error=row["reason"] in {"error", "timeout", "schema", "breaker"},
    )  # fmt: skip
    return Pair(row["event_id"], row["unit"], {}, _NOTHING, seen)

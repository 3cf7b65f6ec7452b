"""Judges that are no model: a user's function, and none at all."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from otel_training.trial.judge import FunctionJudge, JudgeError, Judgement, Question, SelfJudge, find_function, readable
from tests.trial.examples import insights

QUESTIONS = [Question(f"q{number}", "chips", "Orders rose.", (insights("Orders rose"), ())) for number in range(3)]


class Nothing:
    """A journal of nobody."""

    def batches(self) -> list[str]:
        return []

    def add(self, batch_id: str) -> None: ...


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0.0), (10, 10.0), (7.5, 7.5), (10.1, None), (-1, None), (True, None), ("7", None), (None, None),
     (float("nan"), None), (float("inf"), None)],
)  # fmt: skip
def test_reads_scores_from_0_to_10_alone(value: object, expected: float | None) -> None:
    """Whatever else was meant is unreadable."""
    assert expected == readable(value)


def test_asks_a_function_about_each_answer_by_itself() -> None:
    """With source, insights and topic, and nothing of whose it is; what it raises or returns oddly is no score."""
    asked: list[Any] = []

    def score(source: str, answer: list[dict[str, str | None]], topic: str) -> object:
        asked.append((source, answer, topic))
        return 8 if answer else {}["nothing"]

    judgements = dict(FunctionJudge("mine:score", score).ask(QUESTIONS, Nothing()))

    expected = Judgement((8.0, None), "KeyError: 'nothing'", "mine:score", Decimal())
    assert dict.fromkeys(["q0", "q1", "q2"], expected) == judgements
    assert ("Orders rose.", [{"text": "Orders rose", "category": "market"}], "chips") in asked
    odd = FunctionJudge("mine:odd", lambda *_: "8")
    assert ["str is no score from 0 to 10"] == [judgement.reason for _, judgement in odd.ask(QUESTIONS[:1], Nothing())]


def test_a_function_may_be_a_stand_in() -> None:
    """It says so itself."""

    def score(*_: object) -> int:
        return 1

    assert not FunctionJudge("m:f", score).is_simulated
    score.simulated = True  # type: ignore[attr-defined]
    assert FunctionJudge("m:f", score).is_simulated


def test_takes_what_extractors_say_of_themselves() -> None:
    """As a judge that is none."""
    question = Question("q", "", "", ((), ()), (8.0, None))

    assert [("q", Judgement((8.0, None), "no score of its own", cost=Decimal()))] == list(
        SelfJudge().ask([question], Nothing())
    )
    assert SelfJudge().is_self_reported
    assert [(None,)] == [
        judgement.scores for _, judgement in SelfJudge().ask([Question("q", "", "", ((),))], Nothing())
    ]


def test_finds_a_function_beside_the_user(tmp_path: Path) -> None:
    """In a module of the working directory, as an app has it."""
    (tmp_path / "mine_alone.py").write_text("def score(*_):\n    return 3\n\nother = 1\n", encoding="utf-8")

    assert 3 == find_function("mine_alone:score")()
    for name in ("mine_alone:nothing", "nowhere:score", "mine_alone:other"):
        with pytest.raises(JudgeError, match=name):
            find_function(name)

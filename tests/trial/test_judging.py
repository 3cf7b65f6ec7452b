"""How far people's decisions bear the judge out."""

from dataclasses import asdict, replace

import pytest
from scipy.stats import binomtest, fisher_exact

from otel_training.trial import judging as judge
from otel_training.trial.judging import Gold, Judging, Reliability, assess, by_chance, lower_share, upper_share

GOOD = Judging("judge", {"claude": Gold(50, 3, 4, 43)}, repeated=60, agreed=57)
AGREES = "the judge agrees with people by kappa {} labels, at least {} where 0.4 is needed: {}"


@pytest.mark.parametrize(("count", "total"), [(0, 20), (3, 46), (20, 20), (46, 50)])
def test_bounds_of_shares_are_scipys(count: int, total: int) -> None:
    """Clopper and Pearson's, to nine digits."""
    expected = binomtest(count, total).proportion_ci(0.98)

    assert [pytest.approx(side, abs=1e-9) for side in expected] == [
        bound(count, total, 0.01) for bound in (lower_share, upper_share)
    ]


def test_a_good_judge() -> None:
    """Its agreement with people and itself, and how many bad answers it may let pass at the most."""
    least = 2 * lower_share(93, 100, 0.05) - 1  # chance agrees in 0.5012

    expected = {"kappa": 0.86, "kappa_low": least, "labels": 100, "self_agreement": 0.95, "floor": 0, "problem": ""}
    expected["false_pass"] = upper_share(3, 46, 0.01)
    assert asdict(assess(GOOD, 0.01)) == pytest.approx(expected, abs=0.003)


def test_labels_of_both_arms_count() -> None:
    """Together, where the judge errs on both alike."""
    both = replace(GOOD, gold={"claude": Gold(25, 1, 2, 22), "candidate": Gold(25, 2, 2, 21)})

    assert assess(GOOD, 0.01) == assess(both, 0.01)


def test_verdicts_that_turn_by_chance_let_bad_answers_pass() -> None:
    """As often, at the least, as labels say: two verdicts on an answer differ in 2 e (1 - e)."""
    reliability = assess(replace(GOOD, gold={"claude": Gold(500, 0, 0, 500)}, repeated=400, agreed=360), 0.01)

    e = reliability.false_pass
    assert pytest.approx(upper_share(40, 400, 0.01)) == 2 * e * (1 - e)


def test_what_is_given_for_nothing() -> None:
    """The mean of answers to other sources, with its error; at most everything."""
    floors = [
        assess(replace(GOOD, controls=controls), 0.05).floor for controls in ((2.0,) * 9, (1.0, 3.0) * 50, (10.0, 0.0))
    ]

    assert [pytest.approx(0.2), pytest.approx(0.2 + 1.645 * 0.1005 / 10, abs=1e-4), 1.0] == floors


@pytest.mark.parametrize(
    ("judging", "problem"),
    [
        (replace(GOOD, judge=judge.SELF_REPORTED), "the scores are self-reported: have them judged by another"),
        (replace(GOOD, gold={}), "nobody decided on an answer that was judged: decide on some 100"),
        (
            replace(GOOD, gold={"claude": Gold(90, 0, 0, 0)}),
            "people and judge say the same of all 90 labels: decide on good and on bad answers",
        ),
        (
            replace(GOOD, gold={"claude": Gold(10, 2, 1, 7)}),
            AGREES.format("0.69 on 20", "0.30", "decide on more"),
        ),
        (
            replace(GOOD, gold={"claude": Gold(70, 35, 30, 65)}),
            AGREES.format("0.35 on 200", "0.23", "choose another judge or rubric"),
        ),
        (replace(GOOD, agreed=40), "the judge agrees with itself on 40 of 60 answers: choose another"),
        (
            replace(GOOD, self_scored=200, copied=150),
            "the judge repeats the scores that answers give themselves: hide these from it",
        ),
        (replace(GOOD, decided=200, first=150), "the judge prefers a position: show it one answer at a time"),
        (replace(GOOD, decided=200, first=50), "the judge prefers a position: show it one answer at a time"),
        (
            replace(GOOD, gold={"claude": Gold(50, 1, 4, 45), "candidate": Gold(50, 12, 0, 30)}),
            "the judge lets more of the candidate's bad answers pass than of the baseline's: choose another",
        ),
    ],
)  # fmt: skip
def test_no_verdict_stands_on_a_bad_judge(judging: Judging, problem: str) -> None:
    """The reason says what to do."""
    assert problem == assess(judging, 0.01).problem


def test_a_judge_that_favours_nobody() -> None:
    """Fisher's exact test decides at 1 %, and seldom alarms."""
    first, second = Gold(20, 2, 0, 18), Gold(20, 6, 0, 14)

    assert fisher_exact([[6, 14], [2, 18]], "greater").pvalue > 0.01
    assert "" == assess(replace(GOOD, gold={"claude": first, "candidate": second}), 0.01).problem


@pytest.mark.parametrize(("alike", "is_good"), [(130.0, True), (200.0, True), (40.0, False)])
def test_equal_scores_may_be_chance(alike: float, *, is_good: bool) -> None:
    """Where nearly all are the same, nothing was copied."""
    equal = replace(GOOD, self_scored=200, copied=160, alike=alike)

    assert is_good == (assess(equal, 0.01).problem == "")


def test_what_is_equal_by_chance() -> None:
    """As in Cohen's kappa."""
    assert (0.0, 7 / 4) == (by_chance([]), by_chance([(8, 8), (8, 9), (8, 8), (9, 7)]))


def test_people_are_no_judge() -> None:
    """What they decide themselves needs no labels, and lets nothing pass."""
    assert Reliability() == assess(Judging(judge.PEOPLE), 0.01)

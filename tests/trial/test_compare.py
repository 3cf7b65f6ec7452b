"""Verdicts: PASS, CONTINUE, FAIL, INVALID, each for its reason."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import orjson
import pytest
from scipy.stats import ttest_1samp

from otel_training.trial.compare import compare
from otel_training.trial.conditions import Conditions
from otel_training.trial.judging import SELF_REPORTED, Gold, Judging, assess
from otel_training.trial.mismatch import Assigned
from otel_training.trial.pair import Pair
from otel_training.trial.sample import gather, of_both, passed, score
from otel_training.trial.sequence import bounds
from otel_training.trial.verdict import Outcome, Plan, Verdict
from otel_training.trial.wording import judge as name_judge
from tests.trial.judges import JUDGES, Judge, fair, generous, trial
from tests.trial.simulation import Arms, answer, discrete, normal, pairs, passing

PLAN = Plan(Judging("judge", {"claude": Gold(60, 1, 2, 57)}, repeated=100, agreed=99))


def run(world: Callable[..., Arms], ratio: float, sources: int, seed: int = 41) -> Arms:
    """One run of a world."""
    candidate, baseline = world(np.random.default_rng(seed), 1, sources, ratio)
    return candidate[0], baseline[0]


def good(sources: int = 400) -> list[Pair]:
    """A candidate that is as good as the baseline."""
    return pairs(run(discrete, 1.0, sources), run(passing(0.9, 0.8), 1.0, sources))


def test_a_good_candidate_passes_with_its_figures() -> None:
    """The sentence says what is kept, by how much evidence, and what the answers take."""
    scores, passes = run(discrete, 1.0, 400), run(passing(0.9, 0.8), 1.0, 400)
    verdict = compare(pairs(scores, passes), PLAN)
    score, passed = verdict.gates

    kept = "100.0 % of the score (at least 97.2 %) and 99.7 % of the pass rate (at least 93.7 %)"
    usage = "Cost +0.0 %, p95 1 s beside 1 s, errors 0.0 %, fallback 0.0 %."
    reason = f"Of 400 sources, the candidate keeps {kept}; the bar is 90.0 %, the confidence 95 %. {usage}"
    assert (Outcome.PASS, reason) == _said(verdict)
    assert (400, 400, score.ratio, score.lower, score.upper, "betting", "any number") == (
        verdict.n, verdict.examples, verdict.ratio, verdict.lower, verdict.upper, verdict.method, verdict.looks,
    )  # fmt: skip
    assert [scores[0].mean() / scores[1].mean(), passes[0].mean() / passes[1].mean()] == [
        pytest.approx(gate.ratio) for gate in (score, passed)
    ]
    expected = ttest_1samp(passes[0] - 0.9 * passes[1], 0, alternative="greater").pvalue
    assert pytest.approx(expected, rel=1e-9) == passed.p
    assert (0, 0) == (score.more, passed.more)


def test_a_fifth_of_the_error_is_the_judges() -> None:
    """The bounds of both means have the rest, and take off what the judge gives for nothing."""
    verdict = compare(good(), PLAN)
    floors = {"score": verdict.judge.floor, "passed": verdict.judge.false_pass}

    assert 0 < verdict.judge.false_pass < 0.2
    for gate, metric in zip(verdict.gates, (score, passed), strict=True):
        sides = bounds(gather(good(), of_both(metric)), 0.04, 0.9, floors[gate.metric])
        assert (sides.lower, sides.upper) == (gate.lower, gate.upper)
    assert verdict.judge == assess(PLAN.judging, 0.01)


def test_the_judge_is_named() -> None:
    """With how far it can be trusted."""
    words = name_judge(compare(good(49), PLAN).judge)

    assert "The judge agrees with people by kappa 0.95 on 120 labels, with itself on 99.0 %; it lets at most " in words
    assert "" == name_judge(compare([], Plan(Judging("judge"))).judge)


def test_it_can_be_written_as_json() -> None:
    """With each name that a program looks for."""
    written = orjson.loads(orjson.dumps(asdict(compare(good(), PLAN)), default=str))

    assert {"verdict", "reason", "ratio", "lower", "upper", "method", "alpha", "n", "srm_p", "guardrails", "looks",
            "data_until", "gates", "parts", "judge"} <= written.keys()  # fmt: skip
    assert "PASS" == written["verdict"]


def test_no_verdict_is_found_before_the_burn_in() -> None:
    """Not even on what is clear; nor of nothing."""
    few, worse = good(49), [replace(pair, candidate=answer(0, passed=False)) for pair in good(49)]

    assert [Outcome.CONTINUE] * 3 == [compare(some, PLAN).verdict for some in (few, worse, [])]
    assert Outcome.FAIL == compare(worse, replace(PLAN, burn_in=49)).verdict
    assert compare([], PLAN).reason.startswith("Of 0 sources, the candidate keeps what nobody knows yet; the bar is")


def test_it_says_how_many_more_it_takes() -> None:
    """Of the mean that takes the most; where the judge is too uncertain it asks for labels."""
    close = pairs(run(discrete, 0.95, 200), run(passing(0.9, 0.8), 0.96, 200))
    verdict: Any = compare(close, PLAN)

    assert Outcome.CONTINUE == verdict.verdict
    assert f"Keep running: about {max(gate.more for gate in verdict.gates):,} more decide." in verdict.reason
    unsure = replace(PLAN, judging=Judging("judge", {"claude": Gold(60, 5, 2, 15)}))
    assert "have people decide on more answers, on bad ones above all" in compare(close, unsure).reason
    at_bar = pairs((np.full(80, 0.72), np.full(80, 0.8)), (np.ones(80), np.ones(80)))
    assert "nobody can say yet how many more it takes" in compare(at_bar, PLAN).reason


def test_a_kept_score_is_no_kept_pass_rate() -> None:
    """The candidate of a prototype: 96 % of the mean score, while 56 % pass instead of 66 %."""
    scores, passes = run(normal, 0.96, 4000), run(passing(0.66, 0.6), 56 / 66, 4000)
    verdict: Any = compare(pairs(scores, passes), PLAN)
    score, passed = verdict.gates

    assert (Outcome.FAIL, True, True) == (verdict.verdict, score.lower > 0.9, passed.upper < 0.9)


def test_shuffled_answers_fail() -> None:
    """A judge gives little for what was said of another source."""
    chance = np.random.default_rng(43)
    scores = np.clip(chance.normal(0.2, 0.15, 60), 0, 1), np.clip(chance.normal(0.8, 0.15, 60), 0, 1)

    assert Outcome.FAIL == compare(pairs(scores), PLAN).verdict


def test_a_broken_guardrail_fails() -> None:
    """However good the answers are."""
    slow = [replace(pair, candidate=replace(pair.candidate, seconds=9.0)) for pair in good()]
    verdict = compare(slow, PLAN)

    assert (Outcome.FAIL, True) == (verdict.verdict, "It takes too long too often." in verdict.reason)


def test_a_bad_slice_is_named_though_the_rest_passes() -> None:
    """It is for the baseline, in whose place the router leaves it."""
    some = [
        replace(pair, slices={"topic": "law"}, candidate=replace(pair.candidate, score=2.0)) if at < 40 else pair
        for at, pair in enumerate(good(1000))
    ]
    verdict = compare(some, PLAN)

    assert Outcome.PASS == verdict.verdict
    assert " Below the bar: score in topic law (" in verdict.reason
    many = [replace(pair, slices={"topic": f"t{at % 5}"}) for at, pair in enumerate(good(1000))]
    worse = [replace(pair, candidate=answer(1, passed=False)) for pair in many]
    assert " and 7 more; leave these to the baseline." in compare(worse, PLAN).reason


def test_a_bad_field_cannot_be_left_to_the_baseline() -> None:
    """It stands among the parts alone."""
    some = [
        replace(
            pair,
            baseline=replace(pair.baseline, fields={"text": 0.9}),
            candidate=replace(pair.candidate, fields={"text": 0.2}),
        )
        for pair in good()
    ]
    verdict = compare(some, PLAN)

    assert (["bad"], False) == ([part.state for part in verdict.parts], "Below the bar" in verdict.reason)


@pytest.mark.parametrize("unknown", [["baseline"], ["candidate"], ["baseline", "candidate"]])
def test_what_nobody_knows_of_a_cost_is_no_saving(unknown: list[str]) -> None:
    """The sentence says so, whatever the answers are like."""
    some = [replace(pair, **{name: replace(getattr(pair, name), cost=None) for name in unknown}) for pair in good()]
    sentence = f"What answers of the {' and the '.join(unknown)} cost is unknown: nothing here says that the candidate"

    verdict = compare(some, PLAN)
    assert (Outcome.PASS, True) == (verdict.verdict, sentence in verdict.reason)
    assert "is unknown" not in compare(good(), PLAN).reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"judging": Judging(SELF_REPORTED)}, "the scores are self-reported"),
        ({"judging": Judging("judge")}, "nobody decided on an answer that was judged"),
        (
            {"conditions": (Conditions(rubric="r1"), Conditions(rubric="r2"))},
            "in mid-experiment changed rubric (r1 -> r2): begin another with one of each.",
        ),
        (
            {"conditions": (Conditions("sonnet"), Conditions("opus"))},
            (
                "in mid-experiment changed baseline model (sonnet -> opus): compare with the answers of one model, by "
                "`otel-training dataset create NAME --model MODEL`."
            ),
        ),
        (
            {"assigned": (Assigned({"claude": 1, "candidate": 1}, {"claude": 600, "candidate": 400}),)},
            "the arms did not get the sources that they were to get (p = 1.9e-08)",
        ),
    ],
)
def test_what_makes_a_comparison_invalid(changed: dict[str, Any], reason: str) -> None:
    """The reason says what to do, whatever the figures are; these stay."""
    verdict = compare(good(), replace(PLAN, **changed))

    assert (Outcome.INVALID, True) == (verdict.verdict, verdict.reason.startswith(reason))
    assert compare(good(), PLAN).gates[0].ratio == verdict.ratio


@pytest.mark.parametrize(
    ("unreadable", "reason"),
    [
        (range(0, 400, 15), "the judgement of 27 of 400 examples is unreadable: judge them again."),
        (range(0, 400, 30), "unreadable judgements are nearly all of one arm (14 of 14): judge them again."),
    ],
)
def test_unreadable_judgements(unreadable: range, reason: str) -> None:
    """Many, or those of one arm: what is left does not speak for them."""
    some = [
        replace(pair, candidate=answer(None, passed=None)) if at in unreadable else pair
        for at, pair in enumerate(good())
    ]

    assert (Outcome.INVALID, reason) == _said(compare(some, PLAN))


def test_a_few_unreadable_judgements_are_counted() -> None:
    """And left out."""
    some = good()
    some[3] = replace(some[3], baseline=answer(None, passed=None))
    verdict = compare(some, PLAN)

    assert (Outcome.PASS, 399, 1 / 400) == (verdict.verdict, verdict.n, verdict.arms["baseline"].unreadable)


def test_a_baseline_without_anything_to_keep() -> None:
    """A judge that never lets it pass, or says of nothing whether it does."""
    never = [replace(pair, baseline=replace(pair.baseline, passed=False)) for pair in good()]
    unsaid = [replace(pair, candidate=replace(pair.candidate, passed=None)) for pair in good()]

    expected = Outcome.INVALID, "the baseline has no pass rate above 0 to keep: see what judged it."
    assert [expected, expected] == [_said(compare(some, PLAN)) for some in (never, unsaid)]


@pytest.mark.parametrize("judge", JUDGES)
def test_no_planted_judge_lets_a_bad_candidate_pass(judge: Judge) -> None:
    """One that is lenient, strict, prefers a position, copies or guesses; of a generous one the bound knows."""
    chance = np.random.default_rng(44)
    trials = [trial(chance, judge, ratio, sources) for ratio, sources in ((0.9, 1000), (0.9, 4000), (0.85, 1000))]

    verdicts = Counter(compare(each.pairs, Plan(each.judging)).verdict for each in trials)
    assert {Outcome.PASS: 0} | verdicts == verdicts | {Outcome.PASS: 0}
    assert (Outcome.INVALID in verdicts) == (judge is not generous)


@pytest.mark.parametrize("judge", [fair, generous])
def test_a_judge_with_errors_lets_a_good_candidate_pass(judge: Judge) -> None:
    """As long as people bear it out."""
    each = trial(np.random.default_rng(45), judge, 1.0)

    assert Outcome.PASS == compare(each.pairs, Plan(each.judging)).verdict


def _said(verdict: Verdict) -> tuple[Outcome, str]:
    return verdict.verdict, verdict.reason

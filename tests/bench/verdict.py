"""Verdicts: how often a candidate passes, at the bar and beyond it, over many simulated trials.

Every run is looked at from 50 sources on, at each source. Beside it stand the normal approximation that others use for
such bounds (Waudby-Smith et al., arXiv 2103.06476), and what one look at the end would decide.
"""

import math
import sys
from collections import Counter
from collections.abc import Iterable
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from otel_training.trial.compare import compare
from otel_training.trial.guardrails import Limits
from otel_training.trial.slices import parts_of
from otel_training.trial.verdict import Outcome, Plan
from otel_training.trial.watch import watch
from tests.bench.results import Row, table
from tests.trial.judges import JUDGES, Trial, fair, trial
from tests.trial.simulation import (
    Arms,
    World,
    discrete,
    normal,
    passing,
    peek,
    peek_by_extraction,
    planted,
    rare,
    sliced,
    stream,
    ties,
    tiny,
)

RUNS = 2000
SOURCES = 1000
ALPHA = 0.05
GATE = 0.04
"""What a gate has of it: the rest is the judge's."""
SCORES: dict[str, World] = {
    "normal scores": normal,
    "whole scores, many of them 10": discrete,
    "ties and few worthless answers": ties,
    "few worthless answers among the best": rare,
    "scores that hardly differ": tiny,
}
RATES: dict[str, World] = {
    "pass rate 90 %, correlated 0.8": passing(0.9, 0.8),
    "pass rate 90 %, correlated 0.5": passing(0.9, 0.5),
    "pass rate 66 %, correlated 0.9": passing(0.66, 0.9),
    "pass rate 66 %, correlated 0.5": passing(0.66, 0.5),
}


def rows(*, quick: bool) -> list[Row]:
    """Measure all; a twentieth of the runs when it must be quick."""
    runs = RUNS // 20 if quick else RUNS
    return [*_peeking(runs), *_parts(runs // 4), *_judges(runs // 4), *_watch(runs // 10)]


def _peeking(runs: int) -> list[Row]:
    errors, power = [], []
    for name, world in (SCORES | RATES).items():
        arms = world(np.random.default_rng(1), runs, SOURCES, 0.9)
        errors.append(Row(f"{name}, ratio 0.90: passes at any look", _percent(peek(arms, ALPHA)), "%", "<= 5"))
        if world in (ties, rare):
            errors.append(Row(f"{name}, ratio 0.90: by the normal approximation", _percent(_approximate(arms)), "%"))
        arms, bar = world(np.random.default_rng(3), runs, SOURCES, 0.95), ">= 95" if world in (normal, discrete) else ""
        power.append(Row(f"{name}, ratio 0.95: passes within 1,000", _percent(peek(arms, GATE)), "%", bar))
        if name in RATES:
            power.append(Row(f"{name}, ratio 0.95: by the normal approximation", _percent(_approximate(arms)), "%"))
            power.append(Row(f"{name}, ratio 0.95: by one look at 1,000", _one_look(arms), "%"))
    chance = np.random.default_rng(2)
    passes = sum(peek_by_extraction(chance, 0.9, ALPHA) for _ in range(runs))
    errors.append(Row("four extractions a source, ratio 0.90: passes at any look", 100 * passes / runs, "%", "<= 5"))
    return [*errors, *power]


def _percent(passes: NDArray[np.bool_]) -> float:
    return 100 * float(passes.any(1).mean())


def _approximate(arms: Arms) -> NDArray[np.bool_]:
    """Look at each source by the mean and its standard error, widened for being looked at."""
    gains, count = arms[0] - 0.9 * arms[1], np.arange(1, SOURCES + 1)
    mean = gains.cumsum(1) / count
    variance = np.maximum((gains**2).cumsum(1) / count - mean**2, 0) * count / np.maximum(count - 1, 1)
    rho = (-2 * math.log(ALPHA) + math.log(1 - 2 * math.log(ALPHA))) / SOURCES
    scaled = count * rho + 1
    width = np.sqrt(2 * scaled / (count * rho) * np.log(1 + np.sqrt(scaled) / (2 * ALPHA)))
    return (mean > width * np.sqrt(variance / count))[:, 49:]


def _one_look(arms: Arms) -> float:
    gains = arms[0] - 0.9 * arms[1]
    t = gains.mean(1) / gains.std(1, ddof=1) * math.sqrt(SOURCES)
    return 100 * float((stdtr(SOURCES - 1, -t) < ALPHA).mean())


def _parts(runs: int) -> list[Row]:
    chance, named, alarms, at_bar = np.random.default_rng(4), 0, 0, 0
    bad = ("topic", "t0")
    for _ in range(runs):
        names = _bad(planted(chance, 0.65))
        named, alarms = named + (bad in names), alarms + bool(names - {bad})
        at_bar += bool(_bad(planted(chance, 0.9, 0.9)))
    return [
        Row("a topic of 5 % that keeps 65 %: named", 100 * named / runs, "%", ">= 95"),
        Row("another beside it: named", 100 * alarms / runs, "%", "<= 5"),
        Row("all topics at 0.90: any named", 100 * at_bar / runs, "%", "<= 5"),
    ]


def _bad(outcomes: tuple[Arms, Arms]) -> set[tuple[str, str]]:
    return {(part.slice, part.value) for part in parts_of(sliced(*outcomes), ALPHA, 0.9) if part.state == "bad"}


def _judges(runs: int) -> list[Row]:
    """Compare trials under each planted judge; a fair one lets good candidates pass."""
    biased, chance = [], np.random.default_rng(5)
    for judge in JUDGES:
        trials = (trial(chance, judge, ratio, 2000) for _ in range(runs // 2) for ratio in (0.85, 0.9))
        biased.append(Row(f"a {judge.__name__} judge, ratio 0.85 and 0.90: passes", _passes(trials), "%", "= 0"))
    good = (trial(chance, fair, 1.0) for _ in range(runs // 10))
    return [*biased, Row("a fair judge, ratio 1.00: passes", _passes(good), "%", ">= 95")]


def _passes(trials: Iterable[Trial]) -> float:
    verdicts = Counter(compare(each.pairs, Plan(each.judging)).verdict for each in trials)
    return 100 * verdicts[Outcome.PASS] / verdicts.total()


def _watch(runs: int) -> list[Row]:
    """Watch a promoted candidate that becomes worse after 300 answers, and those that do not."""
    chance = np.random.default_rng(6)
    dropped = [stream(chance, 1.0, 300) + stream(chance, 0.7, 700) for _ in range(runs)]
    delays = [watch(each, 0.9, Limits()).pairs - 300 for each in dropped]
    rows = [Row("a drop to 0.70: demoted after, p50", median(delays), "answers", "<= 50")]
    rows.append(Row("a drop to 0.70: demoted after, p95", float(np.quantile(delays, 0.95)), "answers"))
    for ratio, bar in ((1.0, "<= 1"), (0.95, "<= 5")):
        false = sum(bool(watch(stream(chance, ratio, 2000), 0.9, Limits()).alarm) for _ in range(runs))
        rows.append(Row(f"ratio {ratio:.2f} for 2,000 answers: demoted", 100 * false / runs, "%", bar))
    return rows


if __name__ == "__main__":
    sys.stdout.write(table(rows(quick="quick" in sys.argv)) + "\n")

"""What both arms reached on each source."""

import numpy as np
import pytest

from otel_training.trial.pair import Observation, Pair
from otel_training.trial.sample import field, gather, of_both, passed, score

FAILED = Observation(None, None, {}, None, None, error=True)
UNREADABLE = Observation(None, None, {"text": None}, None, None)


def judged(score: float, *, passed: bool = True, text: float = 1.0) -> Observation:
    """An answer that was judged."""
    return Observation(score, passed, {"text": text}, None, None)


def test_a_source_counts_once() -> None:
    """Its extractions are one mean; sources with equal means stand together."""
    pairs = [
        Pair("1", "a", {}, judged(7), judged(5)),
        Pair("2", "a", {}, judged(9), judged(3)),
        Pair("3", "b", {}, judged(8), judged(4)),
        Pair("4", "c", {}, judged(5), judged(5)),
    ]
    sample = gather(pairs, of_both(score))

    assert ([0.4, 0.5], [0.8, 0.5], [2, 1]) == (
        sample.candidate.tolist(), sample.baseline.tolist(), sample.counts.tolist(),
    )  # fmt: skip
    assert [3, pytest.approx(1.3 / 3)] == [sample.sources, sample.mean(sample.candidate)]


def test_what_failed_is_worth_nothing_and_what_is_unreadable_is_left_out() -> None:
    """Of either arm, in each metric."""
    pairs = [
        Pair("1", "a", {}, judged(8, text=0.5), FAILED),
        Pair("2", "b", {}, judged(8), UNREADABLE),
        Pair("3", "c", {}, UNREADABLE, judged(8)),
    ]
    samples = [gather(pairs, of_both(metric)) for metric in (score, passed, field("text"), field("nosuch"))]

    assert [([0.0], [0.8]), ([0.0], [1.0]), ([0.0], [0.5])] == [
        (sample.candidate.tolist(), sample.baseline.tolist()) for sample in samples[:3]
    ]
    assert (0, True) == (samples[3].sources, bool(np.isnan(samples[3].mean(samples[3].baseline))))

"""Intervals and tests of a ratio for one look at a planned number: shown beside the bounds that decide.

Looked at again and again, such a test lets pass 28 % of the candidates that are just at the bar.
"""

from dataclasses import dataclass
from math import exp, inf, isinf, sqrt
from statistics import NormalDist

import numpy as np

from otel_training.trial.sample import Sample


@dataclass(frozen=True, slots=True)
class Means:
    """The means of both arms, how uncertain these are, and of how many each."""

    candidate: float
    baseline: float
    candidate_variance: float
    """Of the mean, not of the values; so are the others."""
    baseline_variance: float
    covariance: float
    count: int
    """Of the pairs."""


def paired(sample: Sample) -> Means:
    """Return the means of pairs, which resemble each other."""
    both = np.cov(sample.candidate, sample.baseline, fweights=sample.counts.astype(int)) / sample.sources
    means = sample.mean(sample.candidate), sample.mean(sample.baseline)
    return Means(*means, float(both[0, 0]), float(both[1, 1]), float(both[0, 1]), sample.sources)


def p_value(means: Means, bar: float) -> float:
    """Return p of "the candidate keeps at most `bar`", by Student's t of pairs."""
    from scipy.special import stdtr

    difference, error = means.candidate - bar * means.baseline, sqrt(_variance(means, bar))
    t = difference / error if error else inf * difference if difference else 0.0
    return float(stdtr(means.count - 1, -t)) if not isinf(t) else float(t < 0)


def delta(means: Means, alpha: float) -> tuple[float, float] | None:
    """Return the bounds of the ratio by the delta method on its logarithm, each with the error `alpha`.

    None where a mean is 0, which has none.
    """
    if not means.candidate or not means.baseline:
        return None
    ratio = means.candidate / means.baseline
    error = sqrt(_variance(means, ratio)) / means.candidate
    factor = exp(NormalDist().inv_cdf(1 - alpha) * error)
    return ratio / factor, ratio * factor


def fieller(means: Means, alpha: float) -> tuple[float, float] | None:
    """Return Fieller's bounds of the ratio; None where the baseline may be 0, and the ratio anything."""
    from scipy.special import stdtrit

    quantile = float(stdtrit(means.count - 1, 1 - alpha)) ** 2
    a = means.baseline**2 - quantile * means.baseline_variance
    b = means.candidate * means.baseline - quantile * means.covariance
    c = means.candidate**2 - quantile * means.candidate_variance
    if a <= 0:
        return None
    root = sqrt(max(0.0, b * b - a * c))
    return (b - root) / a, (b + root) / a


def _variance(means: Means, ratio: float) -> float:
    """Return the variance of candidate - ratio * baseline."""
    both = ratio * ratio * means.baseline_variance - 2 * ratio * means.covariance
    return max(0.0, means.candidate_variance + both)

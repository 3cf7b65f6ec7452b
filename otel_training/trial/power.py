"""Power: how many more sources it takes."""

from math import ceil, log

import numpy as np

from otel_training.trial.sample import Sample
from otel_training.trial.sequence import gains_above, gains_below, log_growth, log_wealth

_MOST = 1_000_000


def more(sample: Sample, alpha: float, bar: float, floor: float = 0.0) -> int | None:
    """Return about how many more sources decide, if they are like those that are there; None where no number would."""
    if not sample.sources:
        return None
    both = sample.candidate, sample.baseline, bar
    is_above = sample.mean(sample.candidate) > bar * sample.mean(sample.baseline)
    gains = gains_above(*both, floor) if is_above else gains_below(*both)
    growth = np.average(log_growth(gains), axis=-1, weights=sample.counts)

    def decides(sources: int) -> bool:
        return bool(log_wealth(growth * sources) >= -log(alpha))

    if not decides(_MOST):
        return None
    low, high = 0, _MOST
    while high - low > max(1, low // 100):
        middle = (low + high) // 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return _round(max(0, high - sample.sources))


def _round(number: int) -> int:
    """Keep two digits: it is an estimate."""
    step: int = 10 ** max(0, len(str(number)) - 2)
    return ceil(number / step) * step

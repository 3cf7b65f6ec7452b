"""Whether the score predicts what readers like."""

import math
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.96
_LEAST: Final = 10
_EFFECT: Final = 0.1  # what is less is no use, however certain it is (Cohen's smallest)
_VERDICTS: Final = {"yes": "Yes", "no": "No, or hardly", "unclear": "Not for certain", "too few": "Too few to say"}


@dataclass(frozen=True, slots=True)
class Prediction:
    """The verdict `yes`, `no`, `unclear` or `too few`: the rank correlation of the score with what is liked."""

    verdict: str
    samples: int  # those with a score and votes
    correlation: float | None  # None where all are alike
    low: float | None
    high: float | None

    @property
    def sentence(self) -> str:
        """The verdict and what it stands on."""
        basis = f"samples with a score and votes: {self.samples:,}"
        if self.correlation is not None and self.low is not None:
            basis = f"rank correlation {self.correlation:.2f} ({self.low:.2f} to {self.high:.2f}); {basis}"
        return f"{_VERDICTS[self.verdict]}; {basis}."


def judge_prediction(samples: int, correlation: float | None) -> Prediction:
    """Judge by Fisher's interval, with the error of Bonett and Wright (2000) for ranks, at 95 %."""
    if samples < _LEAST or correlation is None:
        return Prediction("too few" if samples < _LEAST else "unclear", samples, correlation, None, None)
    middle = math.atanh(max(-0.9999, min(0.9999, correlation)))
    margin = _Z * math.sqrt((1 + correlation**2 / 2) / (samples - 3))
    low, high = math.tanh(middle - margin), math.tanh(middle + margin)
    return Prediction(
        "yes" if low > _EFFECT else "no" if high < _EFFECT else "unclear", samples, correlation, low, high
    )

"""Whether the score predicts likes."""

import pytest

from otel_training.analysis.prediction import Prediction, judge_prediction


@pytest.mark.parametrize(
    ("samples", "correlation", "verdict"),
    [
        (200, 0.4, "yes"), (200, -0.4, "no"), (200, 0.1, "unclear"), (200, 0.2, "unclear"),
        (20_000, 0.05, "no"), (20_000, 0.15, "yes"), (9, 0.9, "too few"), (0, None, "too few"),
        (50, None, "unclear"), (10, 1.0, "yes"), (10, -1.0, "no"),
    ],
)  # fmt: skip
def test_the_verdict_is_that_of_the_interval(samples: int, correlation: float | None, verdict: str) -> None:
    """Only what lies on one side of 0.1 for certain is a yes or a no, with ten samples at the least."""
    prediction = judge_prediction(samples, correlation)

    assert (verdict, True) == (prediction.verdict, prediction.sentence.endswith(f"votes: {samples:,}."))


def test_the_interval_is_that_of_ranks() -> None:
    """atanh(0.5) = 0.5493, error sqrt(1.125 / 97) = 0.1077: 0.5493 +- 0.2111 is 0.3259 to 0.6413."""
    prediction = judge_prediction(100, 0.5)

    assert Prediction("yes", 100, 0.5, 0.3259, 0.6413) == Prediction(
        prediction.verdict, 100, 0.5, round(prediction.low or 0, 4), round(prediction.high or 0, 4)
    )

"""The ends of models."""

from datetime import date

import pytest

from otel_training.pricing.ends import end_of

SONNET = date(2026, 11, 30)


@pytest.mark.parametrize(
    "model",
    [
        "claude-sonnet-4-5",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4-5@20250929",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "anthropic/claude-sonnet-4-5",
        "anthropic/claude-sonnet-4.5",
    ],
)
def test_a_name_holds_in_every_spelling(model: str) -> None:
    """By its date, and where Bedrock, Vertex or a gateway serve it."""
    end = end_of(model)

    assert (SONNET, True) == (end and end.on, end is not None and end.source.startswith("https://"))


def test_what_was_tuned_from_a_model_ends_with_it() -> None:
    """Its name begins with that of the model."""
    end = end_of("ft:gpt-4o-mini-2024-07-18:acme::abc")

    assert date(2027, 1, 14) == (end and end.on)


@pytest.mark.parametrize("model", ["", "claude-sonnet-4-6", "claude-sonnet-5-5", "gpt-4.1-nano", "my-gpt-4o-like", "x"])
def test_of_other_models_nothing_is_known(model: str) -> None:
    """Also of those whose names begin alike."""
    assert end_of(model) is None

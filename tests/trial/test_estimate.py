"""What an evaluation will cost."""

import pytest

from otel_training.pricing.overrides import Overrides
from otel_training.routing.state import Definition, Message
from otel_training.trial.estimate import Estimate, estimate_answers, provider_of
from tests.trial.examples import case


def words(text: str) -> int:
    """Count words as tokens."""
    return len(text.split())


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (Definition("openai"), "openai"),
        (Definition("openai", base_url="https://api.together.xyz/v1"), "together"),
        (Definition("openai", base_url="http://127.0.0.1:8000/v1"), "127.0.0.1"),
    ],
)
def test_whoever_answers_is_paid(definition: Definition, expected: str) -> None:
    """By the address, not by the protocol."""
    assert expected == provider_of(definition)


def test_prices_each_call_with_all_of_its_prompt() -> None:
    """Examples, system prompt and template are paid with each source; an unknown price is no 0."""
    turns = (Message("user", "one two"), Message("assistant", "three"))
    known = Definition(
        "anthropic", "claude-haiku-4-5", system="Name it.", messages=turns, template="Read: {source_content}"
    )
    own = Definition("openai", "claude-haiku-4-5", base_url="http://127.0.0.1:1")
    cases = [case("a"), case("b", "Costs fell.")]

    priced = estimate_answers(known, cases, Overrides(), words)
    unknown = estimate_answers(own, cases, Overrides(), words)

    # Each: 2 + 3 + 2 words and 8 tokens for each of four turns, before the source of 5 or 2.
    assert (2, 2 * (7 + 4 * 8) + 5 + 2) == (priced.calls, priced.input_tokens)
    assert float(priced.cost or 0) == pytest.approx((priced.input_tokens + 5 * priced.output_tokens) / 1e6)
    assert Estimate(
        "candidate", "claude-haiku-4-5", 2, *(unknown.input_tokens, unknown.output_tokens), None
    ) == Estimate(
        *(getattr(unknown, name) for name in ("who", "model", "calls", "input_tokens", "output_tokens", "cost"))
    )
    assert "No price of claude-haiku-4-5 at 127.0.0.1 is known: give the model's price in prices" in unknown.unknown


@pytest.mark.parametrize(
    ("base_url", "who"),
    [
        ("http://vllm:8000/v1", "No price of mine at vllm is known: give"), ("", "No price of mine is known (unknown"),
        ("https://api.together.xyz/v1", "No price of mine is known (unknown"),
    ],
)  # fmt: skip
def test_names_the_machine_that_no_list_knows(base_url: str, who: str) -> None:
    """Whatever it is called."""
    own = Definition("openai", "mine", base_url=base_url)
    assert estimate_answers(own, [case("a")], Overrides(), words).unknown.startswith(who)

"""How many tokens are billed, whoever reports them."""

import pytest

from otel_training.pricing.call import Call, Tokens, Usage


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (Usage(1000, 100), Tokens(1000, 100)),
        (Usage(0, 0), Tokens()),
        (Usage(None, 100), None),
        (Usage(1000, None), None),
        (Usage(), None),
        # Inside the input, as OpenTelemetry has it.
        (Usage(1000, 100, cache_read=600, cache_write=400), Tokens(1000, 100, 600, 400)),
        # Beside it, as the Messages API has it.
        (Usage(300, 100, cache_read=600, cache_write=400), Tokens(1300, 100, 600, 400)),
        (Usage(0, 100, cache_read=600), Tokens(600, 100, 600)),
        # How long it is kept may be known or not, and the sum be missing.
        (Usage(1000, 100, cache_write=400, cache_write_5m=300, cache_write_1h=100), Tokens(1000, 100, 0, 400, 100)),
        (Usage(1000, 100, cache_write_5m=300, cache_write_1h=100), Tokens(1000, 100, 0, 400, 100)),
        (Usage(1000, 100, cache_write_1h=100), Tokens(1000, 100, 0, 100, 100)),
        # Thinking is a part of the output, or beside it.
        (Usage(1000, 100, thinking=80), Tokens(1000, 100, thinking=80)),
        (Usage(1000, 20, thinking=80), Tokens(1000, 100, thinking=80)),
    ],
)
def test_counts_what_is_billed(usage: Usage, tokens: Tokens | None) -> None:
    """The whole prompt and the whole answer, once."""
    assert tokens == usage.billed()


@pytest.mark.parametrize(
    ("call", "assumption"),
    [
        (Call("m", Usage(10, 1)), ""),
        (Call("m", Usage(10, 1, cache_write=5)), "kept in the cache for 5 minutes"),
        (Call("m", Usage(10, 1, cache_write=5, cache_write_1h=5)), ""),
        (Call("m", Usage(10, 1, cache_read=50)), "cache beside the input"),
        (Call("m", Usage(10, 1), has_failed=True), "broken off: the tokens reported until then"),
    ],
)
def test_says_what_it_assumes(call: Call, assumption: str) -> None:
    """What nobody reported is named beside the price."""
    assert assumption == call.assumption


@pytest.mark.parametrize(
    ("provider", "models"),
    [("anthropic", ["m-20260101", "m"]), ("", ["m-20260101", "m"]), ("aws.bedrock", ["m", "m-20260101"])],
)
def test_looks_for_the_truest_name_first(provider: str, models: list[str]) -> None:
    """The answer's name is exact, but Bedrock's price depends on the region, which only the request names."""
    assert models == Call("m", provider=provider, response_model="m-20260101").models
    assert ["m"] == Call("m", provider=provider).models

"""The list's prices are those of `genai-prices` itself; no figure of it stands here, since they change."""

from datetime import UTC, datetime
from decimal import Decimal
from importlib import metadata
from importlib.metadata import PackageNotFoundError
from typing import Any

import pytest
from genai_prices import Usage as ListUsage
from genai_prices import calc_price

from otel_training.pricing.call import Call, Cost, Usage
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import price_call, prices_of, prices_version
from otel_training.pricing.price_list import list_version

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
PLAIN: dict[str, int] = {"input_tokens": 1000, "output_tokens": 100}
CACHED = {"input_tokens": 5500, "output_tokens": 350, "cache_read_tokens": 4000, "cache_write_tokens": 1200}
BEDROCK = "anthropic.claude-haiku-4-5-20251001-v1:0"


@pytest.mark.parametrize(
    ("call", "asked", "provider", "usage"),
    [
        (Call("claude-sonnet-5-5", Usage(1000, 100), "anthropic"), "claude-sonnet-5-5", "anthropic", PLAIN),
        (Call("gpt-4o-mini", Usage(1000, 100), "openai"), "gpt-4o-mini", "openai", PLAIN),
        (Call("gpt-4o-mini", Usage(1000, 100)), "gpt-4o-mini", "openai", PLAIN),
        (Call("gpt-4o-mini", Usage(1000, 100), "azure.ai.openai"), "gpt-4o-mini", "azure", PLAIN),
        (
            Call("claude-haiku-4-5", Usage(5500, 350, 4000, 1200), "anthropic"),
            "claude-haiku-4-5", "anthropic", CACHED,
        ),
        (
            Call("claude-haiku-4-5", Usage(300, 350, 4000, 1200, 1000, 200), "anthropic"),
            "claude-haiku-4-5", "anthropic", {**CACHED, "cache_write_1h_tokens": 200},
        ),
        (
            Call("claude-sonnet-4-5", Usage(200_001, 10), "anthropic"),
            "claude-sonnet-4-5", "anthropic", {"input_tokens": 200_001, "output_tokens": 10},
        ),
        (
            Call(BEDROCK, Usage(1000, 100), "aws.bedrock", "claude-haiku-4-5-20251001"), BEDROCK, "aws", PLAIN,
        ),
        (
            Call(f"global.{BEDROCK}", Usage(1000, 100), "aws.bedrock"), f"global.{BEDROCK}", "aws", PLAIN,
        ),
        (
            Call("claude-sonnet-4-5@20250929", Usage(1000, 100), "gcp.vertex_ai"),
            "claude-sonnet-4-5@20250929", "google", PLAIN,
        ),
        (
            Call("claude-haiku-4-5", Usage(1000, 100, thinking=90), "anthropic", service_tier="standard"),
            "claude-haiku-4-5", "anthropic", PLAIN,
        ),
        (
            Call("claude-haiku-4-5", Usage(0, 0), "anthropic"),
            "claude-haiku-4-5", "anthropic", {"input_tokens": 0, "output_tokens": 0},
        ),
    ],
)  # fmt: skip
def test_prices_as_the_list_does(call: Call, asked: str, provider: str, usage: dict[str, int]) -> None:
    """Two makers' models, their clouds, every shape of usage."""
    call = replace_time(call)
    wanted = calc_price(ListUsage(**usage), asked, provider_id=provider, genai_request_timestamp=NOW).total_price

    assert wanted == price_call(call, Overrides()).amount


def replace_time(call: Call, **others: Any) -> Call:
    """The call, today."""
    names = ("model", "usage", "provider", "response_model", "is_batch", "service_tier", "seconds", "has_failed")
    return Call(**{**{name: getattr(call, name) for name in names}, "time": NOW, **others})


def test_a_batch_is_half() -> None:
    """By the list where it has the batch's price, by Anthropic's rule where it has none, which is said."""
    call = replace_time(Call("claude-haiku-4-5", Usage(1000, 100), "anthropic"))
    plain = price_call(call, Overrides()).amount or Decimal(0)
    listed = price_call(replace_time(call, is_batch=True), Overrides())
    ruled = price_call(replace_time(call, is_batch=True, time=datetime(2026, 1, 1, tzinfo=UTC)), Overrides())

    assert plain > 0
    assert [(plain / 2, ""), (plain / 2, "half in a batch")] == [(c.amount, c.assumption) for c in (listed, ruled)]


def test_clouds_have_prices_of_their_own() -> None:
    """The same model in a region of Bedrock is dearer than anywhere in the world."""
    regional, everywhere = (
        price_call(replace_time(Call(name, Usage(1000, 100), "aws.bedrock")), Overrides())
        for name in (f"us.{BEDROCK}", f"global.{BEDROCK}")
    )

    assert regional.amount is not None
    assert everywhere.amount is not None
    assert regional.amount > everywhere.amount


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (Call("claude-x", Usage(1, 1), "anthropic"), "unknown_model"),
        (Call("claude-haiku-4-5", Usage(1, 1), "my.gateway"), "unknown_model"),
        (Call("", Usage(1, 1), "anthropic"), "unknown_model"),
        (Call("claude-haiku-4-5", Usage(1, 1), "anthropic", service_tier="priority"), "no_tier_price"),
        (Call(BEDROCK, Usage(1, 1), "aws.bedrock", is_batch=True), "no_batch_price"),
        (Call("claude-3-haiku@20240307", Usage(9, 1, cache_write_1h=9), "gcp.vertex_ai"), "no_token_price"),
        (Call("text-embedding-3-small", Usage(1, 1), "openai"), "no_token_price"),
        (Call("claude-haiku-4-5", Usage(1, None), "anthropic"), "no_usage"),
        (Call("claude-haiku-4-5", Usage(), "anthropic", has_failed=True), "no_answer"),
    ],
)
def test_unknown_is_none(call: Call, reason: str) -> None:
    """Where the list would say 0, or take another price, nothing is said."""
    cost = price_call(replace_time(call), Overrides())

    assert (None, reason) == (cost.amount, cost.reason)


def test_without_the_library_all_is_unknown(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """It is an extra."""

    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    list_version.cache_clear()
    request.addfinalizer(list_version.cache_clear)

    call = Call("claude-haiku-4-5", Usage(1, 1), "anthropic")
    assert Cost(None, "no_list", "genai-prices") == price_call(call, Overrides())
    assert (Cost(None, "no_list", "genai-prices"), {}) == prices_of(call, Overrides())
    assert "" == prices_version(Overrides())

"""The routes, as the file that came with this version has them."""

from dataclasses import replace
from datetime import date

import pytest

from otel_training.dataset.target import target_names
from otel_training.finetune.provider import Answer, ProviderError
from otel_training.finetune.routes import read_routes, refusal
from otel_training.finetune.run import provider_of

TODAY = date(2026, 11, 30)


def test_each_is_dated_and_names_an_open_one() -> None:
    """Where the fact is from, and where to go instead; its target can be written."""
    routes = read_routes()

    assert ["openai", "nebius", "together", "bedrock", "local", "fireworks", "claude-haiku"] == list(routes)
    for name, route in routes.items():
        assert route.source.startswith("https://"), name
        assert route.read <= TODAY
        assert set(route.instead) <= routes.keys() - {name}
        assert any(routes[other].is_open_on(date(2030, 1, 1)) for other in route.instead)
        assert route.target in target_names()
        assert route.models or not route.is_open
        assert all(price.source and price.usd for price in route.prices.values())


@pytest.mark.parametrize(
    ("name", "day", "status"),
    [
        ("openai", date(2027, 1, 6), "open until 2027-01-06"),
        ("openai", date(2027, 1, 7), "closed since 2027-01-06"),
        ("nebius", date(2030, 1, 1), "open"),
        ("fireworks", TODAY, "closed"),
    ],
)
def test_a_route_closes_on_its_day(name: str, day: date, status: str) -> None:
    """The day itself is open."""
    assert status == read_routes()[name].status(day).partition(":")[0]


def test_a_refusal_names_the_nearest_open_route() -> None:
    """With the reason, the page and its day."""
    assert (
        "Claude Haiku, by Amazon Bedrock takes no new job (closed: Claude 3 Haiku, the last Claude that could be "
        "tuned, ended on 2026-09-10; a newer Haiku with examples in its prompt stands in; "
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html, read on 2026-11-28): "
        "choose --route nebius."
    ) == str(refusal(read_routes()["claude-haiku"], TODAY))


def test_a_route_without_an_api_names_its_file() -> None:
    """Though it is forced."""
    with pytest.raises(ProviderError, match=r"AI has nothing left to ask: `.* export .* --for openai` writes"):
        provider_of(read_routes()["fireworks"], {})


def test_a_route_that_nothing_asks_is_not_taken_for_openai() -> None:
    """One that was written into the table alone."""
    with pytest.raises(ProviderError, match="Nothing here asks OpenAI: choose --route openai, nebius, together, "):
        provider_of(replace(read_routes()["openai"], name="new"), {})


def test_local_cannot_be_closed() -> None:
    """Llama's licence is named."""
    local = provider_of(read_routes()["local"], {})

    assert Answer("nobody can close it") == local.ask("Qwen/Qwen3-8B")
    assert "HF_TOKEN" in local.ask("meta-llama/Llama-3.1-8B-Instruct").sentence

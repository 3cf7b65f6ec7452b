"""The stand-in for Anthropic's Messages API, asked by Anthropic's own client."""

import json
import os
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from otel_training.demo.messages_api import BLOCKED, UNKNOWN
from otel_training.demo.programs import serve
from otel_training.demo.sources import read_sources

pytestmark = pytest.mark.slow

MODEL = "claude-haiku-5-5"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve("otel_training.demo.messages_api:app", tmp_path_factory.mktemp("stand-in"), os.environ) as found:
        yield found


@pytest.fixture
def claude(url: str) -> Iterator[anthropic.Anthropic]:
    direct = anthropic.DefaultHttpxClient(trust_env=False)
    with anthropic.Anthropic(api_key="stand-in", base_url=url, http_client=direct) as client:
        yield client


def ask(claude: anthropic.Anthropic, content: Any) -> anthropic.types.Message:
    return claude.messages.create(model=MODEL, max_tokens=1000, messages=[{"role": "user", "content": content}])


def test_answers_the_facts_of_the_source_in_the_prompt(claude: anthropic.Anthropic) -> None:
    """The answer is JSON with the source's facts as insights, and its quality."""
    source = read_sources()[0]

    message = ask(claude, f"Topic: chips\n\n{source.text}")

    assert {
        "insights": [{"text": fact.text, "category": fact.category} for fact in source.facts],
        "quality_score": source.quality,
    } == json.loads(message.content[0].text)


def test_reads_content_blocks(claude: anthropic.Anthropic) -> None:
    """A prompt in blocks is read like a prompt in one string."""
    text = read_sources()[0].text

    assert ask(claude, text).content == ask(claude, [{"type": "text", "text": text}]).content


def test_answers_in_the_shape_of_the_api(claude: anthropic.Anthropic) -> None:
    """A message has all that the client's own type asks for, among it what it cost."""
    message = ask(claude, read_sources()[0].text)

    shape = (message.type, message.role, message.model, message.stop_reason, [one.type for one in message.content])
    assert ("message", "assistant", MODEL, "end_turn", ["text"]) == shape
    assert message.id.startswith("msg_")
    assert min(message.usage.input_tokens, message.usage.output_tokens) > 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [(next(one.text for one in read_sources() if one.blocked), BLOCKED), ("What is the weather?", UNKNOWN)],
    ids=["blocked", "unknown"],
)
def test_refuses(claude: anthropic.Anthropic, text: str, reason: str) -> None:
    """A blocked source and anything unknown give the error of a bad request, which no client repeats."""
    with pytest.raises(anthropic.BadRequestError) as raised:
        ask(claude, text)

    assert {"type": "error", "error": {"type": "invalid_request_error", "message": reason}} == raised.value.body

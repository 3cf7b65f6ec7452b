"""The stand-in for Anthropic's Messages API, asked by Anthropic's own client."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import pytest

from otel_training.demo.messages_api import BLOCKED, CHEAP, TODAY, UNKNOWN
from otel_training.demo.programs import serve
from otel_training.demo.sources import Source, read_edition, read_sources

pytestmark = pytest.mark.slow

MODEL = "claude-haiku-5-5"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve("otel_training.demo.messages_api:app", tmp_path_factory.mktemp("stand-in"), os.environ) as address:
        yield address


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

    shape = (message.type, message.role, message.model, message.stop_reason, [block.type for block in message.content])
    assert ("message", "assistant", MODEL, "end_turn", ["text"]) == shape
    assert message.id.startswith("msg_")
    assert min(message.usage.input_tokens, message.usage.output_tokens) > 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [(next(source.text for source in read_sources() if source.blocked), BLOCKED), ("What is the weather?", UNKNOWN)],
    ids=["blocked", "unknown"],
)
def test_refuses(claude: anthropic.Anthropic, text: str, reason: str) -> None:
    """A blocked source and anything unknown give the error of a bad request, which no client repeats."""
    with pytest.raises(anthropic.BadRequestError) as raised:
        ask(claude, text)

    assert {"type": "error", "error": {"type": "invalid_request_error", "message": reason}} == raised.value.body


EASY = [source for source in read_edition(1, 80) if source.quality >= 7][:40]


def share_right(claude: anthropic.Anthropic, model: str, *, has_example: bool) -> float:
    """Return of how many easy sources a model names all facts."""
    turns = [{"role": "user", "content": EASY[0].text}, {"role": "assistant", "content": "{}"}] if has_example else []

    def is_right(source: Source) -> bool:
        messages: Any = [*turns, {"role": "user", "content": source.text}]
        answer = claude.messages.create(model=model, max_tokens=100, messages=messages).content[0]
        insights = json.loads(answer.text)["insights"]
        return [fact.text for fact in source.facts] == [insight["text"] for insight in insights]

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(is_right, EASY)) / len(EASY)


def test_the_cheap_model_needs_examples_until_it_is_dropped(claude: anthropic.Anthropic) -> None:
    """Its quality differs by what it is shown, and by a command of nobody who asks it."""
    before = [
        share_right(claude, TODAY, has_example=False),
        share_right(claude, CHEAP, has_example=True),
        share_right(claude, CHEAP, has_example=False),
    ]
    claude.post("/drop", body={"model": CHEAP}, cast_to=object)
    after = [share_right(claude, TODAY, has_example=False), share_right(claude, CHEAP, has_example=True)]

    assert [True, True, False, True, False] == [share > 0.9 for share in (*before, *after)]
    assert all(0.2 < share < 0.8 for share in (before[2], after[1]))


def test_judges_by_source_and_answer_alone(claude: anthropic.Anthropic) -> None:
    """All facts are worth most, a part of them less, and what the source does not say nearly nothing."""
    source = EASY[0]
    right = [{"text": fact.text, "category": fact.category} for fact in source.facts]
    answers = {"A": right, "B": right[:1], "C": [*right[1:], {"text": "Bananas rose.", "category": "x"}], "D": []}
    question = json.dumps({"topic": source.topic, "source": source.text, "answers": answers})
    params: Any = {
        "model": TODAY, "max_tokens": 100, "messages": [{"role": "user", "content": question}],
        "tools": [{"name": "verdict", "input_schema": {"type": "object"}}],
    }  # fmt: skip
    batch = claude.messages.batches.create(requests=[{"custom_id": "q1", "params": params}])
    (response,) = claude.messages.batches.results(batch.id)

    assert response.custom_id == "q1"
    assert response.result.type == "succeeded"
    (call,) = response.result.message.content
    scores = {row["answer"]: row["score"] for row in call.input["verdicts"]}
    assert {"A": 9, "B": round(9 / len(right)), "C": 2, "D": 2} == scores

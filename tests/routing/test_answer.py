"""What a candidate answers: real clients, loopback servers that speak their protocols."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

import otel_training
from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.routing import answer as module
from otel_training.routing.answer import CandidateError, Reply, answer, messages_of, read_answer
from otel_training.routing.state import Definition, Message
from otel_training.testing import Captured
from tests.programs import messages_api, openai_api
from tests.served import threaded

pytestmark = pytest.mark.slow

INSIGHTS: list[dict[str, str | None]] = [{"text": "One", "category": "c"}, {"text": "Two", "category": None}]
FEW_SHOT = Definition(
    "openai", "small", key_env="CANDIDATE_KEY", system="Extract.",
    messages=(Message("user", "q"), Message("assistant", "a")),
    template="{topic}: {source_content}", temperature=0.0, max_tokens=300,
)  # fmt: skip


@pytest.fixture(scope="module")
def openai_url() -> Iterator[str]:
    """Serve the API of OpenAI."""
    with threaded(openai_api.app) as url:
        yield f"{url}/v1"


@pytest.fixture(scope="module")
def anthropic_url() -> Iterator[str]:
    """Serve the API of Anthropic."""
    with threaded(messages_api.app) as url:
        yield url


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The candidate's key is where its definition says."""
    monkeypatch.setenv("CANDIDATE_KEY", "k1")
    openai_api.seen.clear()
    messages_api.seen.clear()


def claude(source_content: str) -> Any:
    """Ask Claude."""
    return ["Claude's"]


def test_asks_whoever_speaks_openais_protocol(openai_url: str) -> None:
    """With system turn, examples and template; insights are read from the JSON in the answer."""
    reply = answer(replace(FEW_SHOT, base_url=openai_url), "Orders rose {topic}.", "chips")

    assert Reply(
        INSIGHTS, openai_api.ANSWER, "small-2026", 21, 12, reply.seconds, response_id="chatcmpl-1", quality_score=7.5
    ) == reply  # fmt: skip
    messages = [
        {"role": "system", "content": "Extract."}, {"role": "user", "content": "q"},
        {"role": "assistant", "content": "a"}, {"role": "user", "content": "chips: Orders rose {topic}."},
    ]  # fmt: skip
    asked = {"model": "small", "messages": messages, "temperature": 0.0, "max_tokens": 300}
    assert [(asked, "Bearer k1")] == openai_api.seen


def test_asks_a_server_of_ones_own_without_a_key(openai_url: str) -> None:
    """And says nothing of a temperature that is not set: some models know none."""
    answer(Definition("openai", "llama", base_url=openai_url), "Orders rose.")

    ((asked, given),) = openai_api.seen
    assert ({"model", "messages", "max_tokens"}, "Bearer none") == (set(asked), given)


def test_asks_anthropic(anthropic_url: str) -> None:
    """The system turn goes where its API has it; cached tokens are input, too."""
    definition = replace(FEW_SHOT, provider="anthropic", base_url=anthropic_url, model="claude-small")
    reply = answer(definition, "Orders rose.", "chips")

    assert Reply(
        [{"text": "One", "category": "c"}], messages_api.ANSWER, "claude-small-20260101", 23, 45, reply.seconds,
        response_id=reply.response_id, quality_score=8.0, cache_read_tokens=3, cache_write_tokens=9,
    ) == reply  # fmt: skip
    (asked,) = [request["body"] for request in messages_api.seen]
    assert ("Extract.", 3, 0.0, 300) == (
        asked["system"], len(asked["messages"]), asked["temperature"], asked["max_tokens"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (Definition("callable"), "is not asked by name: give its function"),
        (Definition("openai", "m", key_env="NOT_SET"), "set NOT_SET"),
    ],
)
def test_says_why_it_cannot_be_asked(definition: Definition, message: str) -> None:
    """And what to do."""
    with pytest.raises(CandidateError, match=message):
        answer(definition, "Orders rose.")


def test_names_the_client_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As what pip takes."""
    monkeypatch.setitem(sys.modules, "openai", None)
    module._client.cache_clear()
    with pytest.raises(CandidateError, match=r"pip install 'otel_training\[openai\]'"):
        answer(Definition("openai", "m", base_url="http://127.0.0.1:1"), "Orders rose.")


def test_asks_openais_own_models_in_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its newer models refuse `max_tokens`."""
    asked: dict[str, Any] = {}

    def create(**options: Any) -> Any:
        asked.update(options)
        raise TimeoutError

    client = ModuleType("client")
    client.chat = ModuleType("chat")  # type: ignore[attr-defined]
    client.chat.completions = ModuleType("completions")
    client.chat.completions.create = create
    monkeypatch.setattr(module, "_client", lambda *_: client)
    with pytest.raises(TimeoutError):
        answer(Definition("openai", "gpt"), "Orders rose.", timeout=3)

    assert (2000, 3, False) == (asked["max_completion_tokens"], asked["timeout"], "max_tokens" in asked)


@pytest.mark.parametrize(
    ("text", "insights"),
    [
        ('{"insights": [{"text": "One", "category": "c"}, {"text": "Two"}]}', 2),
        ('Here: [{"text": "One"}] and more', 1),
        ('{"note": "first"} then {"insights": ["One"]}', 1),
        ("[]", 0),
        (' {"insights": []}\n', 0),
        ("I cannot.", None),
        ('{"insights": [{"text": "One"', None),
        ("", None),
    ],
)
def test_reads_insights_wherever_they_stand(text: str, insights: int | None) -> None:
    """None where there are none to be read, which is not the same as an empty list."""
    read = read_answer(text).insights

    assert insights == (None if read is None else len(read))


def test_a_source_cannot_change_the_prompt() -> None:
    """What stands in braces in it, or in backslashes, stays."""
    definition = Definition("openai", template='{"topic": "{topic}"} {source_content} {other}')

    assert [{"role": "user", "content": r'{"topic": "{source_content}"} {topic} \1 {0} {other}'}] == messages_of(
        definition, r"{topic} \1 {0}", "{source_content}"
    )


@pytest.mark.parametrize("style", ["sync", "async"])
@pytest.mark.parametrize(
    ("content", "text", "reason"),
    [
        ("Orders rose.", "One", None), ("refuse", "Claude's", "error"), ("hang", "Claude's", "timeout"),
        ("unreadable", "Claude's", "schema"), ("nothing", "Claude's", "empty"),
    ],
)  # fmt: skip
def test_an_app_asks_a_candidate_by_name(  # noqa: PLR0913, PLR0917 - one for each fixture
    style: str, content: str, text: str, reason: str | None, openai_url: str, turn_on: Any, captured: Captured,
    assignments: Any,
) -> None:  # fmt: skip
    """As the state file defines it; its call is recorded under its extraction, and has a price."""

    def claude(topic: str, source_content: str) -> Any:
        return ["Claude's"]

    async def claude_later(topic: str, source_content: str) -> Any:
        return ["Claude's"]

    ask: Any = otel_training.experiment(
        "insights", claude=claude if style == "sync" else claude_later, candidate="old",
        returns=lambda reply: [insight["text"] for insight in reply.insights],
    )  # fmt: skip
    timeout = 0.4 if reason == "timeout" else 30.0
    turn_on(
        candidates={"new": replace(FEW_SHOT, base_url=openai_url, simulated=True)}, timeout=timeout,
        candidates_by_arm={"candidate": "new"},
    )  # fmt: skip
    answered = ask("chips", content) if style == "sync" else asyncio.run(ask("chips", content))

    assert text == answered[0]
    assert [reason] == [row[3] for row in assignments()]
    ways = [row for row in captured.records if row[names.KIND] == Kind.ASSIGNMENT]
    assert [("new", True)] == [(row[names.ROUTE_CANDIDATE], row[names.SIMULATED]) for row in ways]
    calls = [row for row in captured.records if row[names.KIND] == Kind.LLM_CALL]
    if reason in (None, "schema", "empty"):
        assert [(ways[0][names.ROUTE_ATTEMPT], "openai", "small-2026", 21, 12, "chatcmpl-1")] == [
            tuple(row[name] for name in (names.EXTRACTION_ID, names.PROVIDER, names.MODEL, names.INPUT_TOKENS,
                                         names.OUTPUT_TOKENS, names.RESPONSE_ID))
            for row in calls
        ]  # fmt: skip


def test_claudes_client_reports_its_candidate_itself(anthropic_url: str, turn_on: Any, captured: Captured) -> None:
    """One call, not two."""
    ask = otel_training.experiment("insights", claude=claude, candidate="new", returns=lambda reply: reply.insights)
    definition = replace(FEW_SHOT, provider="anthropic", base_url=anthropic_url, model="claude-small")
    turn_on(candidates={"new": definition})

    assert [{"text": "One", "category": "c"}] == ask("Orders rose.")
    calls = [row for row in captured.records if row[names.KIND] == Kind.LLM_CALL]
    assert [("claude-small", 23)] == [(row[names.MODEL], row[names.INPUT_TOKENS]) for row in calls]


def test_a_candidate_that_is_not_there_has_failed(turn_on: Any, assignments: Any) -> None:
    """Claude answers."""
    ask = otel_training.experiment("insights", claude=claude, candidate="gone", returns=lambda reply: reply.insights)
    turn_on()

    assert (["Claude's"], ["error"]) == (ask("Orders rose."), [row[3] for row in assignments()])

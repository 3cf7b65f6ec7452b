"""Message Batches: submitted here, read there."""

import asyncio
import json
import subprocess
import sys
from types import ModuleType
from typing import Any

import anthropic
import pytest

import otel_training
from otel_training._guard import guard

pytestmark = pytest.mark.slow

ANSWER = '{"insights": [{"text": "One", "category": "c"}], "quality_score": 8}'
READER = """
import json, sys, anthropic, otel_training
with anthropic.Anthropic(base_url=sys.argv[1], api_key="k") as client:
    for result in client.messages.batches.results(sys.argv[2]):
        with otel_training.extraction(topic=result.custom_id, source_content="x") as extraction:
            answer = json.loads(result.result.message.content[0].text)
            extraction.result(answer)
"""


@pytest.fixture
def url(api: ModuleType) -> str:
    """Where the Messages API is served."""
    return str(api.url)


def requests(*prompts: str) -> list[Any]:
    """Requests of a batch, one a prompt."""
    return [
        {
            "custom_id": f"source-{number}",
            "params": {
                "model": "claude-x",
                "max_tokens": 9,
                "system": "Extract.",
                "messages": [{"role": "user", "content": prompt}],
            },
        }
        for number, prompt in enumerate(prompts)
    ]


def calls(rows: Any) -> list[dict[str, Any]]:
    """Calls as they are shown, by their request."""
    return sorted(rows("view", "llm_call"), key=lambda row: row["custom_id"])


def test_results_read_in_another_process_meet_their_prompts(url: str, rows: Any) -> None:
    """Each result is under the extraction that its reader opened for it, with the prompt submitted before."""
    with anthropic.Anthropic(base_url=url, api_key="k") as client:
        batch = client.messages.batches.create(requests=requests("First.", "Second."))
    assert otel_training.flush(30)
    subprocess.run([sys.executable, "-c", READER, url, batch.id], check=True)

    by_topic = {row["topic"]: row["extraction_id"] for row in rows("view", "extraction")}
    assert [
        ("source-0", by_topic["source-0"], "First.", 23, 45, "priority", ANSWER),
        ("source-1", by_topic["source-1"], "Second.", 23, 45, "priority", ANSWER),
    ] == [
        (
            row["custom_id"], row["extraction_id"], json.loads(row["messages"])[1]["content"],
            row["input_tokens"], row["output_tokens"], row["service_tier"], row["output"],
        )
        for row in calls(rows)
    ]  # fmt: skip


async def test_async_results_go_to_the_running_extraction(url: str, rows: Any) -> None:
    """A result that is read inside an extraction is its call; a failed one has its kind of failure, not its text."""

    @otel_training.extraction
    async def extract(topic: str) -> list[str]:
        async with anthropic.AsyncAnthropic(base_url=url, api_key="k") as client:
            batch = await client.messages.batches.create(requests=requests("Good.", "refuse"))
            async for _ in await client.messages.batches.results(batch.id):
                await asyncio.sleep(0)
        return ["One"]

    await extract("t")
    shown = await asyncio.to_thread(lambda: (calls(rows), rows("view", "extraction")))
    good, failed = shown[0]
    assert {shown[1][0]["extraction_id"]} == {good["extraction_id"], failed["extraction_id"]}
    assert (None, "errored", False) == (good["error_type"], failed["error_type"], "secret" in str(failed))


def test_a_result_that_no_extraction_takes_goes_by_its_custom_id(url: str, rows: Any) -> None:
    """Submitted under an extraction's own id, a result needs no extraction where it is read."""

    @otel_training.extraction
    def submit(client: anthropic.Anthropic) -> list[str]:
        asked = requests("P")
        asked[0]["custom_id"] = otel_training.current().id
        return [client.messages.batches.create(requests=asked).id]

    with anthropic.Anthropic(base_url=url, api_key="k") as client:
        (batch,) = submit(client)
        decoder = client.messages.batches.results(batch)
        assert "JSONLDecoder" == type(decoder).__name__
        assert [otel_training.current().id] == [result.custom_id for result in decoder]

    (call,) = calls(rows)
    assert rows("view", "extraction")[0]["extraction_id"] == call["extraction_id"]


@otel_training.extraction
def answer(custom_id: str, result: Any) -> Any:
    """Return what the model answered, under the extraction of one request."""
    return json.loads(result.result.message.content[0].text)


def read_once(client: anthropic.Anthropic, batch: str, own: list[str]) -> None:
    """Open an extraction for each result, as documented."""
    for result in client.messages.batches.results(batch):
        answer(result.custom_id, result)


def search_each(client: anthropic.Anthropic, batch: str, own: list[str]) -> None:
    """Look through all results, in each extraction, for one."""
    for custom_id in own:
        with otel_training.extraction(topic=custom_id, source_content="x") as extraction:
            results = [result for result in client.messages.batches.results(batch) if result.custom_id == custom_id]
            extraction.result(json.loads(results[0].result.message.content[0].text))


def search_until(client: anthropic.Anthropic, batch: str, own: list[str]) -> None:
    """Look for one result in each extraction, from the last to the first, until it is found."""
    for custom_id in reversed(own):
        with otel_training.extraction(topic=custom_id, source_content="x") as extraction:
            result = next(entry for entry in client.messages.batches.results(batch) if entry.custom_id == custom_id)
            extraction.result(json.loads(result.result.message.content[0].text))


def make_dict(client: anthropic.Anthropic, batch: str, own: list[str]) -> None:
    """Read all results into a dict, then extract."""
    results = {result.custom_id: result for result in client.messages.batches.results(batch)}
    for custom_id in reversed(own):
        answer(custom_id, results[custom_id])


def read_raw(client: anthropic.Anthropic, batch: str, own: list[str]) -> None:
    """Take the raw response, whose results are parsed later, and more than once."""
    response = client.messages.batches.with_raw_response.results(batch)
    for result in response.parse():
        answer(result.custom_id, result)
    assert response.headers is not None


def read_twice(client: anthropic.Anthropic, batch: str, own: list[str]) -> None:
    """Count the results first."""
    assert len(own) == len(list(client.messages.batches.results(batch)))
    read_once(client, batch, own)


@pytest.mark.parametrize("read", [read_once, search_each, search_until, make_dict, read_raw, read_twice])
def test_a_result_counts_once_however_it_is_read(read: Any, url: str, rows: Any) -> None:
    """Each result is one call with its tokens, under the extraction that returned what it answers."""
    prompts = ["Answer alpha.", "Answer beta.", "Answer gamma.", "Answer delta."]
    own = [f"source-{number}" for number in range(len(prompts))]
    with anthropic.Anthropic(base_url=url, api_key="k") as client:
        batch = client.messages.batches.create(requests=requests(*prompts))
        read(client, batch.id, own)

    texts = {
        row["extraction_id"]: [insight["text"] for insight in row["extracted_insights"]]
        for row in rows("view", "extraction")
    }
    shown = calls(rows)
    assert own == [row["custom_id"] for row in shown]
    assert [[f"One {name}"] for name in ("alpha", "beta", "gamma", "delta")] == [
        texts[row["extraction_id"]] for row in shown
    ]
    assert [(23, 45)] * 4 == [(row["input_tokens"], row["output_tokens"]) for row in shown]


def test_results_are_read_though_nothing_can_be_loaded(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that gave up its rights, or ends, may import nothing: its client works as without us."""
    monkeypatch.setitem(sys.modules, "otel_training.anthropic.batches", None)
    monkeypatch.setattr(guard, "raising", False)

    async def read(batch: str) -> list[str]:
        async with anthropic.AsyncAnthropic(base_url=url, api_key="k") as client:
            return [result.custom_id async for result in await client.messages.batches.results(batch)]

    with anthropic.Anthropic(base_url=url, api_key="k") as client:
        batch = client.messages.batches.create(requests=requests("P")).id
        results = [result.custom_id for result in client.messages.batches.results(batch)]

    assert (["source-0"], ["source-0"]) == (results, asyncio.run(read(batch)))

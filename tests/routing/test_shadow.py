"""Shadows: what candidates answer beside Claude is one record, and leaves no trace anywhere else."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import pytest

import otel_training
from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.pipeline.settings import settings_in_force
from otel_training.routing.shadow import LIMIT
from otel_training.routing.state import Complexity
from otel_training.store.session import open_drained
from otel_training.testing import Captured
from tests.programs import messages_api
from tests.served import threaded

CLAUDES = {"claude": 1}
TABLES = "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
HOLDING = "SELECT count() AS rows FROM {table:Identifier} WHERE position(toString(tuple(*)), {text:String}) > 0"
WORD = "shadowy"
"""In whatever the candidate asks, answers, records and calls itself."""


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """Serve the API of Anthropic."""
    with threaded(messages_api.app) as url:
        yield url


def claude(topic: str, source_url: str, source_content: str = "") -> Any:
    """Ask Claude."""
    return ["Claude's"]


async def claude_later(topic: str, source_url: str, source_content: str = "") -> Any:
    """Ask Claude."""
    return ["Claude's"]


def shadows(captured: Captured, count: int = 1) -> list[dict[str, Any]]:
    """Wait for so many shadows and return them."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        records = [row for row in captured.records if row[names.KIND] == Kind.SHADOW]
        if len(records) >= count:
            return records
        time.sleep(0.02)
    raise AssertionError(captured.records)


def texts(row: dict[str, Any]) -> list[str]:
    """The insights of a shadow."""
    return [insight["text"] for insight in row["body"][names.OUTPUT] or []]


def run_all(style: str, routed: Any, *args: str) -> Any:
    """Call it once, and wait a moment where its event loop ends with it."""
    if style == "sync":
        return routed(*args)

    async def call() -> Any:
        value = await routed(*args)
        await asyncio.sleep(0.3)
        return value

    return asyncio.run(call())


@pytest.mark.parametrize("style", ["sync", "async", "mixed"])
@pytest.mark.parametrize(("topic", "outcome", "error"), [("chips", "ok", None), ("error", "error", "ValueError")])
def test_is_one_record_beside_the_extraction(  # noqa: PLR0913, PLR0917 - one for each fixture
    style: str, topic: str, outcome: str, error: str | None, turn_on: Any, captured: Captured
) -> None:
    """Whatever the candidate does, nobody but its record knows."""

    def small(topic: str, source_url: str) -> Any:
        otel_training.current().llm_call(model="small", input="?", output="!", input_tokens=3, provider="mine")
        otel_training.current().score(4)
        if topic == "error":
            raise ValueError(topic)
        return [{"text": "Mail bob@news.example", "category": "c"}]

    async def small_later(topic: str, source_url: str) -> Any:
        return small(topic, source_url)

    turn_on(weights=CLAUDES, shadow=True, candidates_by_arm={"candidate": "few-shot-v1"})
    functions: Any = {"sync": (claude, small), "async": (claude_later, small_later), "mixed": (claude_later, small)}
    routed = otel_training.experiment("insights", claude=functions[style][0], candidate=functions[style][1])

    assert ["Claude's"] == run_all(style, routed, topic, "https://news.example/1")
    (row,) = shadows(captured)
    extraction, assignment = captured.records[:2]
    assert [Kind.EXTRACTION, Kind.ASSIGNMENT, Kind.SHADOW] == [record[names.KIND] for record in captured.records]
    expected = {
        names.FLAG_KEY: "insights", names.FLAG_VARIANT: "candidate", names.ROUTE_CANDIDATE: "few-shot-v1",
        names.ROUTE_UNIT: assignment[names.ROUTE_UNIT], names.EXTRACTION_ID: extraction[names.EVENT_ID],
        names.OUTCOME: outcome, names.QUALITY: 4.0,
    }  # fmt: skip
    assert expected == {name: row[name] for name in expected}
    assert (error, ["Mail <EMAIL_1>"] if error is None else []) == (row.get(names.ERROR_TYPE), texts(row))
    assert [{"provider": "mine", "model": "small", "input_tokens": 3}] == row["body"][names.CALLS]


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"weights": {"claude": 1}}, 1),
        ({"weights": {"candidate": 1}, "frozen": "on hold"}, 1),
        ({"weights": {"claude": 1}, "shadow": False}, 0),
        ({"weights": {"candidate": 1}}, 0),
        ({"weights": {"claude": 1}, "killed": True}, 0),
        ({"weights": {"claude": 1}, "complex": Complexity(topics=("chips",))}, 0),
    ],
)
def test_has_claudes_own_sources_alone(fields: Any, count: int, turn_on: Any, captured: Captured) -> None:
    """Not what a candidate answered, nor what is too hard for one, nor where all is stopped."""
    turn_on(**{"shadow": True, **fields})
    asked: list[str] = []
    ended = threading.Event()

    def small(topic: str, source_url: str) -> Any:
        asked.append(topic)
        ended.set()
        return ["Small"]

    otel_training.experiment("insights", claude=claude, candidate=small)("chips", "https://news.example/1")
    served = int("candidate" in fields["weights"] and "frozen" not in fields)
    assert ended.wait(10 if count else 0.1) or not count

    assert count + served == len(asked)
    assert count == len(shadows(captured, count))


def test_nobody_waits_and_only_so_many_run(turn_on: Any, captured: Captured) -> None:
    """Candidates that hang cost threads within a bound, and the calls no time."""
    release = threading.Event()
    asked: list[str] = []

    def hang(topic: str, source_url: str) -> Any:
        asked.append(source_url)
        release.wait(30)
        return []

    turn_on(weights=CLAUDES, shadow=True)
    ask = otel_training.experiment("insights", claude=claude, candidate=hang)
    began = time.monotonic()
    answers = [ask("chips", f"https://news.example/{number}") for number in range(3 * LIMIT)]
    seconds = time.monotonic() - began
    release.set()

    assert [["Claude's"]] * (3 * LIMIT) == answers
    assert LIMIT == len(shadows(captured, LIMIT)) == len(asked)
    assert seconds < 15


async def test_an_async_one_has_its_time(turn_on: Any, captured: Captured) -> None:
    """And is cancelled after it."""

    async def hang(topic: str, source_url: str) -> Any:
        await asyncio.sleep(60)

    turn_on(weights=CLAUDES, shadow=True, timeout=0.1)
    await otel_training.experiment("insights", claude=claude_later, candidate=hang)("chips", "https://news.example/1")
    await asyncio.sleep(0.4)

    assert ["TimeoutError"] == [row[names.ERROR_TYPE] for row in shadows(captured)]


def test_claudes_failures_have_none(turn_on: Any, captured: Captured) -> None:
    """There is nothing to compare with."""

    def failing(topic: str, source_url: str) -> Any:
        raise LookupError

    turn_on(weights=CLAUDES, shadow=True)
    ask = otel_training.experiment("insights", claude=failing, candidate=claude)
    with pytest.raises(LookupError):
        ask("chips", "https://news.example/1")
    time.sleep(0.1)

    assert [] == [row for row in captured.records if row[names.KIND] == Kind.SHADOW]


def client_of(url: str) -> anthropic.Anthropic:
    """A client that keeps no connection open, since it is not closed."""
    return anthropic.Anthropic(base_url=url, api_key="k", max_retries=0, default_headers={"Connection": "close"})


def candidate_of(url: str) -> Any:
    """A candidate that does all that an app can do: calls in threads, extractions, scores, searches, feedback."""
    client = client_of(url)

    def call(content: str) -> Any:
        return client.messages.create(
            model=f"{WORD}-model", max_tokens=9, messages=[{"role": "user", "content": f"{WORD} {content}"}]
        )

    @otel_training.extraction(task=WORD)
    def inner(topic: str) -> list[str]:
        call("nested")
        otel_training.current().link([f"{WORD}-id"])
        return [f"{WORD} nested"]

    @otel_training.query
    def search(query: str) -> list[Any]:
        return []

    def small(topic: str, source_url: str, source_content: str) -> Any:
        call("here")
        for event in client.messages.create(
            model=f"{WORD}-model", max_tokens=9, messages=[{"role": "user", "content": WORD}], stream=True
        ):
            assert event.type
        thread = threading.Thread(target=inner, args=(WORD,))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(call, "pool").result()
            pool.submit(inner, WORD).result()
        inner(WORD)
        search(WORD)
        with otel_training.extraction(task=WORD) as handle:
            handle.result([f"{WORD} block"])
        otel_training.record_feedback(f"{WORD}-insight", "like", user_id=1)
        otel_training.record_impressions([f"{WORD}-insight"], user_id=1)
        otel_training.record_score(f"{WORD}-insight", "editor", 1)
        otel_training.record_correction(f"{WORD}-extraction", [WORD])
        otel_training.current().score(1, WORD)
        otel_training.current().link([f"{WORD}-id"])
        otel_training.current().llm_call(model=f"{WORD}-model", input=WORD, output=f'["{WORD}"]', input_tokens=5)
        return {"insights": [{"text": f"{WORD} text"}], "quality_score": 9}

    return small


@pytest.mark.slow
def test_leaves_no_trace_but_its_own(  # noqa: PLR0913, PLR0917 - one for each fixture
    api: str, turn_on: Any, rows: Any, command: Any, lines: Any, folder: DataFolder
) -> None:
    """Through drain and settling: no table but its own has anything of it, no command counts it as traffic."""
    client = client_of(api)

    def ask_claude(topic: str, source_url: str, source_content: str) -> Any:
        answer = client.messages.create(
            model="claude-haiku-4-5", max_tokens=9, messages=[{"role": "user", "content": source_content}]
        )
        return json.loads(answer.content[0].text)

    before: Any = None
    for shadow in (False, True):
        turn_on(weights=CLAUDES, shadow=shadow)
        ask = otel_training.experiment("insights", claude=ask_claude, candidate=candidate_of(api))
        ask("chips", f"https://news.example/{shadow}", f"Orders rose, {shadow}.")
        insight = otel_training.insight_id(f"https://news.example/{shadow}", "One")
        for reader in range(10):
            otel_training.record_impressions([insight], user_id=reader)
            otel_training.record_feedback(insight, "like", user_id=reader)
        deadline = time.monotonic() + 30
        while shadow and time.monotonic() < deadline and Kind.SHADOW not in [line[names.KIND] for line in lines()]:
            time.sleep(0.1)
        before = before or (rows("status")[0]["by_kind"], rows("savings")[0])
    with open_drained(settings_in_force()) as (store, _):
        tables = [row["name"] for row in store.rows(TABLES)]
        holding = {table for table in tables if store.row(HOLDING, table=table, text=WORD)["rows"]}
    command("export", "--out", "all.jsonl", "--min-quality", 0)

    assert {"shadows"} == holding
    assert 7 == len(rows("view", "shadow")[0]["calls"])
    counts, savings = rows("status")[0]["by_kind"], rows("savings")[0]
    assert WORD not in json.dumps(rows("view", "llm_call"))
    assert {kind: 2 * count for kind, count in before[0].items()} == counts
    assert {"extraction": 2, "llm_call": 2, "assignment": 2, "feedback": 20, "impression": 20} == counts
    assert 2 * len(savings) == len(savings) + len(before[1])
    assert WORD not in json.dumps(savings)
    exported = (folder.path.parent / "all.jsonl").read_text(encoding="utf-8")
    assert (2, 0) == (len(exported.splitlines()), exported.count(WORD))


def test_a_thread_that_outlives_it_is_the_apps_again(turn_on: Any, captured: Captured) -> None:
    """A worker that a candidate started by the way captures as ever, once the shadow has ended."""
    wake, jobs = threading.Event(), []

    @otel_training.extraction
    def extract(topic: str) -> list[str]:
        return ["Worker's"]

    def work() -> None:
        assert wake.wait(30)
        extract("later")

    def small(topic: str, source_url: str) -> Any:
        jobs.append(threading.Thread(target=work))
        jobs[0].start()
        return ["Small"]

    turn_on(weights=CLAUDES, shadow=True)
    otel_training.experiment("insights", claude=claude, candidate=small)("chips", "https://news.example/1")
    shadows(captured)
    wake.set()
    jobs[0].join()

    assert process.flush(30)
    assert ["Claude's", "Worker's"] == [row["extracted_insights"][0]["text"] for row in captured.extractions]

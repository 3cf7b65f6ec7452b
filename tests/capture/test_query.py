"""Queries and corrections."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request

import otel_training
from otel_training.testing import capture

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Records of what the test captures, without disk."""
    with capture(fixed=False) as captured:
        yield lambda: captured.records


SOURCES = [
    {"url": "u1", "quality_score": 8, "passed_filters": True, "text": "secret of the source"},
    {"url": "u2", "quality": 5.0, "passed_filters": False},
    {"url": "u3", "score": "high"},
]
FIGURES = {
    "training.query.result_count": 3,
    "training.source.quality.mean": 6.5,
    "training.source.quality.min": 5.0,
    "training.source.quality.pass_ratio": 0.5,
}


def figures(record: dict[str, Any]) -> dict[str, Any]:
    """Return what a record says of the sources."""
    return {name: record[name] for name in FIGURES if name in record}


@otel_training.query
def search(query: str, limit: int = 10) -> Any:
    """Find sources."""
    return SOURCES


@otel_training.query(task="search", argument="words")
async def search_later(limit: int, words: str) -> Any:
    """Find sources, later."""
    await asyncio.sleep(0)
    return {"total": 100, "results": SOURCES}


@otel_training.query(task="search")
def search_one_by_one(q: str) -> Iterator[Any]:
    """Find sources one by one."""
    yield from SOURCES


STYLES: dict[str, Callable[[], Any]] = {
    "sync": lambda: search("chips, says bob@x.example"),
    "async": lambda: asyncio.run(search_later(5, "chips, says bob@x.example")),
    "generator": lambda: list(search_one_by_one("chips, says bob@x.example")),
}


@pytest.mark.parametrize("style", STYLES)
def test_records_a_query_and_how_good_its_sources_are(lines: Lines, style: str) -> None:
    """The query, redacted; of the sources how many and how good, and nothing else."""
    answer = STYLES[style]()

    (record,) = lines()
    assert SOURCES == (answer["results"] if isinstance(answer, dict) else answer)
    assert FIGURES == figures(record)
    assert ("query", "search", "ok", {"training.input": "chips, says <EMAIL_1>"}) == (
        record["training.kind"],
        record["training.task.name"],
        record["training.outcome"],
        record["body"],
    )
    assert "secret" not in str(record)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ([], {"training.query.result_count": 0}),
        (None, {}),
        ("text", {}),
        (["u1", "u2"], {"training.query.result_count": 2}),
        ({"hits": [{"quality_score": True}]}, {"training.query.result_count": 1}),
    ],
)
def test_reads_sources_of_any_shape(lines: Lines, answer: Any, kept: dict[str, Any]) -> None:
    """What says nothing of quality is counted alone."""
    otel_training.query(lambda query: answer)("q")

    assert [kept] == [figures(record) for record in lines()]


def test_a_failed_query_is_recorded(lines: Lines) -> None:
    """The exception goes on; its class is kept."""

    @otel_training.query
    def fail(query: str) -> None:
        raise KeyError("secret")

    with pytest.raises(KeyError):
        fail("q")
    (record,) = lines()
    assert ("error", "KeyError", False) == (record["training.outcome"], record["error.type"], "secret" in str(record))


def test_a_query_inside_an_extraction_leaves_it_running(lines: Lines) -> None:
    """A search within an extraction does not take its place."""

    @otel_training.extraction
    def extract(topic: str) -> list[str]:
        search("q")
        otel_training.current().score(7)
        return []

    extract("t")
    assert ["query", "extraction"] == [record["training.kind"] for record in lines()]


def test_refuses_an_argument_that_does_not_exist() -> None:
    """A wrong name is an error where the function is decorated."""
    with pytest.raises(TypeError, match="nosuch"):
        otel_training.query(argument="nosuch")(search)


def test_switched_off_a_query_is_just_called(folder: Any) -> None:
    """Nothing is kept, and the answer is the same."""
    otel_training.configure(enabled=False)

    assert (SOURCES, False) == (search("q"), folder.path.exists())


async def exchange(app: FastAPI, method: str, query: str, body: bytes) -> None:
    """Send one request to the search route."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": "/api/search",
        "raw_path": b"/api/search", "root_path": "", "scheme": "http", "query_string": query.encode(),
        "headers": [(b"content-type", b"application/json")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await app(scope, receive, send)


@pytest.mark.parametrize(
    ("method", "query", "body"),
    [
        ("GET", "q=chips&user_id=1", b""),
        ("GET", "query=chips&user_id=1", b""),
        ("POST", "", json.dumps({"query": "chips", "user_id": 1}).encode()),
        ("POST", "user_id=1", json.dumps({"q": "chips"}).encode()),
    ],
)
async def test_the_search_route_gives_the_same_record(lines: Lines, method: str, query: str, body: bytes) -> None:
    """Without a decorator the middleware sees the query and what it found."""
    app = FastAPI()

    @app.api_route("/api/search", methods=["GET", "POST"])
    async def find_sources(request: Request) -> Any:
        await request.body()
        return {"results": SOURCES}

    app.add_middleware(otel_training.TrainingMiddleware)
    await exchange(app, method, query, body)
    otel_training.record_feedback("a", "like", user_id=1)

    record, like = lines()
    assert (FIGURES, "chips", like["user.hash"], "ok") == (
        figures(record), record["body"]["training.input"], record["user.hash"], record["training.outcome"],
    )  # fmt: skip
    assert record["training.duration"] > 0


@pytest.mark.slow
def test_views_and_exports_what_was_said_of_an_extraction(rows: Any, command: Any, tmp_path: Any) -> None:
    """Queries, calls and corrections are shown; the last correction is the exported answer."""

    @otel_training.extraction
    def extract(source_url: str, source_content: str) -> list[str]:
        otel_training.current().llm_call(model="m", input="P", output='["Wrong"]', input_tokens=3)
        return ["Wrong"]

    search("chips")
    extract("u", "text")
    handle = otel_training.current()
    handle.score(9)
    otel_training.record_correction(handle.id, ["Better"])
    otel_training.record_correction(handle.id, [{"text": "Right", "category": "c"}])
    otel_training.record_correction(handle.id, 7)
    for reader in range(10):
        otel_training.record_feedback(otel_training.insight_id("u", "Wrong"), "like", user_id=reader)
    assert 0 == command("export", "--out", "t.jsonl")[0]

    chat = json.loads((tmp_path / "t.jsonl").read_text())["messages"]
    assert [("user", "P"), ("assistant", '{"insights": [{"text": "Right", "category": "c"}]}')] == [
        (message["role"], message["content"]) for message in chat
    ]
    assert [("chips", 3, 6.5, 0.5)] == [
        (row["query"], row["result_count"], row["quality_mean"], row["pass_ratio"]) for row in rows("view", "query")
    ]
    assert [("m", 3, '["Wrong"]')] == [
        (row["model"], row["input_tokens"], row["output"]) for row in rows("view", "llm_call")
    ]
    assert [["Better"], ["Right"]] == [
        [insight["text"] for insight in row["extracted_insights"]] for row in rows("view", "correction")
    ]
    for kind in ("all", "query", "llm_call", "correction"):
        code, out, _ = command("view", kind)
        assert (0, True) == (code, len(out.splitlines()) > 1)

"""The coverage: each gap is named with its one cure, and the cure closes it."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from fastapi import FastAPI, Response
from starlette.testclient import TestClient

import otel_training
from otel_training.dataset.coverage import Gap, read_coverage
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.drain import drain
from otel_training.store.settle import settle
from tests.stores import lay_store

INSIGHTS = [{"text": "Orders rose"}, {"text": "Two plants open"}]
RESULT = {"insights": INSIGHTS, "quality_score": 8}
URL = "https://news.example/asml?id=17"
IDS = [otel_training.insight_id(URL, insight["text"]) for insight in INSIGHTS]

pytestmark = pytest.mark.slow

# To empty what is empty takes as long: a tenth of a second for all.
FILLED = """
SELECT name FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND total_rows > 0
    AND name NOT IN ('schema_migrations', 'segments')
"""

Program = Callable[[], None]
Read = Callable[..., list[Gap]]


def extract(  # noqa: PLR0913 - one for each gap
    answer: Any = RESULT, *, output: str | None = json.dumps(INSIGHTS), topic: str = "chips", url: str = URL,
    content: str = "Orders at ...", prompt: str = "?", **options: Any,
) -> None:  # fmt: skip
    """Extract once; by default nothing is missing."""

    @otel_training.extraction(task="extract", **options)
    def extracting(topic: str, source_url: str, source_content: str) -> Any:
        if output is not None:
            otel_training.current().llm_call(model="m", input=prompt, output=output)
        return answer

    extracting(topic, url, content)


def react(ids: list[str], *, action: str = "like", reader: int | None = 1) -> None:
    """Let a reader see insights, and act on the first."""
    otel_training.record_impressions(ids, user_id=reader)
    otel_training.record_feedback(ids[0], action, user_id=reader)


def unread_beside_read() -> None:
    """Two extractions, one of which returns its insights under a name that is not known."""
    extract({"found": INSIGHTS})
    extract()


def program(**changes: Any) -> Program:
    """Both sides: an extraction as `changes` make it, and a reader of it."""

    def run() -> None:
        extract(**changes)
        result = changes.get("answer", RESULT)
        texts = [insight["text"] for insight in INSIGHTS] if isinstance(result, dict) else ["?"]
        react([otel_training.insight_id(changes.get("url", URL), text) for text in texts])

    return run


def reading(ids: list[str] = IDS, **changes: Any) -> Program:
    """Both sides: an extraction, and a reader as `changes` make it."""

    def run() -> None:
        extract()
        react(ids, **changes)

    return run


def take(body: dict[str, Any]) -> dict[str, Any]:
    """Take an action, as the app's route."""
    return {"ok": True}


def served(
    engaged: Any, *, items: Any = None, path: str = "/api/feed", engage_path: str = "/api/feed/engage", **options: Any
) -> Program:
    """Both sides: the second one an app under the middleware."""

    def run() -> None:
        extract()
        app = FastAPI()
        app.add_middleware(otel_training.TrainingMiddleware, **options)
        shown = [{"id": identity} for identity in IDS] if items is None else items
        app.get(path)(lambda: shown)
        app.post(engage_path)(take)
        with TestClient(app) as client:
            for _ in range(3):
                assert client.get(path, headers={"x-reader": "7"}).is_success
                assert client.post(engage_path, json=engaged, headers={"x-reader": "7"}).is_success

    return run


def linked(ids: list[str], result: Any = RESULT) -> Program:
    """An app with ids of its own, told by `link`."""

    def run() -> None:
        extract(result)
        otel_training.current().link(ids)
        react(ids)

    return run


def numbered(*, linking: bool) -> Program:
    """A model numbers its insights from 1 in every answer."""

    def run() -> None:
        for letter in "abc":
            numbers = [{"id": number, "text": f"{letter}{number}"} for number in (1, 2)]
            ids = [f"{letter}{number}" for number in (1, 2)] if linking else ["1", "2"]
            extract({"insights": numbers, "quality_score": 8}, url=letter, output=json.dumps(numbers))
            if linking:
                otel_training.current().link(ids)
            react(ids)

    return run


def acting_alone() -> None:
    """A reader acts, and nobody knows who was shown what."""
    extract()
    otel_training.record_feedback(IDS[0], "like", user_id=1)


def seeing_alone() -> None:
    """A reader is shown insights, and nobody knows who did what."""
    extract()
    otel_training.record_impressions(IDS, user_id=1)


def late_score() -> None:
    """The score comes after the return."""
    program(answer={"insights": INSIGHTS})()
    otel_training.current().score(8)


def by_header(scope: Any) -> str | None:
    """Know the reader as an app behind a gateway does."""
    return next((value.decode() for name, value in scope["headers"] if name == b"x-reader"), None)


def two_tasks(factor: float, count: int = 10) -> Program:
    """A task that scores from 0 to 10, and another of so many extractions."""

    def run() -> None:
        clean()
        for number in range(count):
            answer = {"insights": INSIGHTS, "quality_score": factor * number / count}
            otel_training.extraction(task="other")(lambda answer=answer: answer)()

    return run


def scored(score: float) -> Program:
    """One score."""
    return program(answer={"insights": INSIGHTS, "quality_score": score})


def encoded(encoding: str) -> Response:
    """A feed as something below the middleware compressed it."""
    content = gzip.compress(json.dumps([{"id": identity} for identity in IDS]).encode())
    return Response(content, media_type="application/json", headers={"content-encoding": encoding})


clean = program()
acted = {"insight_id": IDS[0], "action": "like", "metadata": {"user_id": 1}}
anonymous = {"insight_id": IDS[0], "action": "like"}
own = [{"id": "abc1", "text": "Orders rose"}, {"id": "abc2", "text": "Two plants open"}]
CASES: list[tuple[str, Program, Program, str]] = [
    ("extractions", lambda: react(IDS), clean, "There is no extraction yet: decorate"),
    ("results", lambda: extract({"found": INSIGHTS}), clean, "1 of 1 extractions returned nothing that insights are"),
    (
        "results", lambda: extract({"found": INSIGHTS}),
        lambda: extract({"found": INSIGHTS}, result=lambda answer: answer["found"]), "by `result=` where they stand.",
    ),
    (
        "results", unread_beside_read, extract,
        "1 of 2 extractions returned nothing that insights are found in: return them as a list",
    ),
    ("results", lambda: extract({"insights": []}), clean, "None of 1 extractions has an insight: `otel-training view"),
    ("reactions", extract, clean, "There are no impressions and no feedback yet: add otel_training.Training"),
    ("impressions", acting_alone, clean, "`feed=`"),
    ("actions", seeing_alone, clean, "`engage=`"),
    (
        "scores", program(answer={"insights": INSIGHTS}), late_score,
        "1 of 1 sample has no quality score: return `quality_score`, or call `current(result).score(...)`; the",
    ),
    ("scores", program(answer=INSIGHTS), clean, "return `quality_score`"),
    ("scale", scored(87), scored(8.7), "1 of 1 quality score is outside 0 to 10: give scores from 0 to 10"),
    ("scale", scored(-1), scored(0), "1 of 1 quality score is outside"),
    ("scale", scored(11), scored(10), "1 of 1 quality score is outside"),
    ("low_scale", scored(0.87), scored(8.7), "1 of 1 quality score is within 0 to 1: give scores from 0 to 10, ten"),
    (
        "low_scale", two_tasks(1), two_tasks(10),
        "10 of 11 quality scores are within 0 to 1, all of other: give scores from 0 to 10, ten times a score out of 1",
    ),
    ("low_scale", two_tasks(0.2, 24), two_tasks(1, 9), "24 of 25 quality scores are within 0 to 1, all of other: give"),
    (
        "texts", program(answer={"insights": [{"what": "Orders", "how": "rose"}], "quality_score": 8}), clean,
        "1 of 1 sample has an insight without text: name the text `text`",
    ),
    ("calls", program(output=None), clean, "1 of 1 sample has no captured call of a model: ask by Claude's client"),
    ("prompts", program(output='[{"text": "Other"}]'), clean, "1 of 1 sample has calls, but no answer with the"),
    ("judges", program(prompt=json.dumps(INSIGHTS)), clean, "1 of 1 sample has only calls that were asked about the"),
    ("source_content", program(content=""), clean, "1 of 1 sample has no source content: name the argument"),
    ("source_url", program(url=""), clean, "1 of 1 sample has no source URL: name the argument `source_url`"),
    ("topics", program(topic=""), clean, "1 of 1 sample has no topic: name the argument `topic`"),
    (
        "viewers", reading(reader=None), reading(reader=0),
        "1 of 1 impression has no reader: set `request.state.user` in the dependency that knows the reader, or give",
    ),
    ("viewers", served(acted), served(acted, user=by_header), "3 of 3 impressions have no reader"),
    ("voters", served(anonymous), served(acted), "3 of 3 actions have no reader: send `metadata.user_id`, or set"),
    ("voters", served(anonymous), served(anonymous, user=by_header), "or give TrainingMiddleware a `user=`, or"),
    (
        "ids", reading(["abc1", "abc2"]), linked(["abc1", "abc2"]),
        "2 of 2 ids that readers saw or acted on are known from no captured insight (e.g. abc1, abc2): call `current()",
    ),
    (
        "ids", served(acted, items=[{"id": insight["id"]} for insight in own]), served(acted, items=own),
        "2 of 3 ids that readers saw or acted on are known from no captured insight (e.g. abc1, abc2)",
    ),
    (
        "shared_ids", numbered(linking=False), numbered(linking=True),
        "2 of 2 ids that readers saw or acted on have several texts, as 1, 2, 3 of each source do (e.g. 1, 2), and",
    ),
    (
        "shared_ids", served({**acted, "insight_id": 1}, items=[{**insight, "id": 1} for insight in own]),
        served({**acted, "insight_id": "abc1"}, items=own),
        "1 of 1 id that readers saw or acted on has several texts, as 1, 2, 3 of each source do (e.g. 1), and what",
    ),
    (
        "routes", served(acted, path="/v2/feed"), served(acted, path="/v2/feed", feed="GET /v2/feed"),
        "No request was of the route GET /api/feed of backend: name the route that the app has by `feed=`",
    ),
    (
        "routes", served(acted, engage_path="/v2"), served(acted, engage_path="/v2", engage="POST /v2"),
        "No request was of the route POST /api/feed/engage of backend: name the route that the app has by `engage=`",
    ),
    (
        "fields", served(acted, items=[{"uid": "abc1", "title": "t"}]),
        served(acted, items=[{"uid": IDS[0], "title": "t"}], item={"insight_id": "uid"}),
        "3 requests of GET /api/feed of backend had neither a list of items with `id` and `text` nor `insight_id` and",
    ),
    (
        "fields", served({"nr": IDS[0], "verb": "like", "user_id": 1}),
        served({"nr": IDS[0], "verb": "like", "user_id": 1}, action={"insight_id": "nr"}),
        "`action`, but nr, verb, user_id: send these names, or say by `item=` or `action=` of TrainingMiddleware which",
    ),
    (
        "fields", served({**acted, "insight_id": 2.0**60}), served(acted),
        "3 requests of POST /api/feed/engage of backend had an id or an action that is none: send an id as text, or as",
    ),
    (
        "fields", served(acted, items=encoded("br")), served(acted, items=encoded("gzip")),
        "3 requests of GET /api/feed of backend had an answer that is not read, content-encoding: br: put Training",
    ),
    (
        "fields", served(acted, items=Response(b"\x90", media_type="application/msgpack")), served(acted),
        "content-type: application/msgpack: answer JSON or JSON Lines, or call `record_impressions(...)`.",
    ),
    (
        "words", served({**acted, "action": "up"}), served({**acted, "action": "up"}, action={"like": "up"}),
        "3 of 3 actions have a word that is not known (3 up): send like, x, bookmark or share, or their undo unlike,",
    ),
    ("words", reading(action="upvote"), reading(), "1 of 1 action has a word that is not known (1 "),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all programs: opening one takes longest."""
    folder = DataFolder(tmp_path_factory.mktemp("coverage") / "data")
    lay_store(folder)
    with closing(Store(embedded_dsn(folder.store))) as opened:
        yield opened


@pytest.fixture
def read(store: Store, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Run a program, and read what is missing from what it captured alone."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "backend")
    process.reset()

    def run(program: Program) -> list[Gap]:
        for row in list(store.rows(FILLED)):
            store.run(f"TRUNCATE TABLE {row['name']}")
        program()
        assert process.flush(30)
        drain(store, folder)
        settle(store)
        return read_coverage(store)

    return run


@pytest.mark.parametrize(
    ("name", "without", "cured", "sentence"), CASES, ids=[f"{case[0]}-{at}" for at, case in enumerate(CASES)]
)
def test_each_gap_is_named_and_its_cure_closes_it(
    read: Read, name: str, without: Program, cured: Program, sentence: str
) -> None:
    """What is missing is one sentence that says what to do, and who does it hears no more of it."""
    gaps = {gap.name: gap.sentence for gap in read(without)}
    assert sentence in gaps.get(name, str(gaps))

    assert name not in {gap.name for gap in read(cured)}


def test_nothing_is_missing_from_a_clean_app(read: Read) -> None:
    """Both ways in: the functions, and the middleware."""
    assert ([], []) == (read(clean), read(served(acted, user=by_header)))


def test_texts_that_are_in_doubt_are_one_gap(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the call whose answer cannot be compared nor an id that cannot be known is another."""
    doubted = {"insights": [{"title": "Orders", "summary": "Orders rose"}], "quality_score": 8}

    assert ["texts"] == [gap.name for gap in read(program(answer=doubted))]
    expected = "insights have no text beyond doubt, but title, summary: name it `text`, or say by result= where it is"
    assert [f"otel_training: {expected}"] == [message for message in caplog.messages if "doubt" in message]


def test_texts_that_the_app_keeps_back_are_one_gap(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under content=none a topic is no name that the app forgot."""
    monkeypatch.setenv("OTEL_TRAINING_CONTENT", "none")

    assert ["content"] == [gap.name for gap in read(clean)]

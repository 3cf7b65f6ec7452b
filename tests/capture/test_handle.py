"""What an app says about an extraction, while it runs and after."""

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any

import pytest

import otel_training

Lines = Callable[[], list[dict[str, Any]]]


@otel_training.extraction
def extract(topic: str) -> list[str]:
    """Return one insight, after saying how good it is."""
    otel_training.current().score(9)
    otel_training.current().passed(False)
    return ["One"]


def kinds(records: list[dict[str, Any]]) -> list[str]:
    """The kinds of records, in order."""
    return [record["training.kind"] for record in records]


def test_what_is_said_while_it_runs_is_part_of_the_record(lines: Lines) -> None:
    """Score and filters set inside the function need no event of their own."""
    extract("t")

    (record,) = lines()
    assert (9.0, False) == (record["training.quality.score"], record["training.filter.passed"])


def test_what_is_said_after_the_return_is_an_event(lines: Lines) -> None:
    """Right after a call, its handle is the current one; the score names its extraction."""
    extract("t")
    otel_training.current().score(3)
    otel_training.current().passed()

    record, score, passed = lines()
    identity = record["training.extraction.id"]
    assert [(identity, "quality_score", 3.0), (identity, "passed_filters", 1.0)] == [
        (event["training.score.target"], event["training.score.name"], event["training.score.value"])
        for event in (score, passed)
    ]


def test_outside_any_trace_all_that_is_said_shares_a_trace_of_the_extractions_id(contexts: Any) -> None:
    """Record, score and model call have one trace and span id, made of the UUID; nothing is sampled."""

    @otel_training.extraction
    def extract(topic: str) -> list[str]:
        otel_training.current().llm_call(model="m", input="p", output='["One"]')
        return ["One"]

    extract("t")
    otel_training.current().score(3)

    trace_id = otel_training.current().id.replace("-", "")
    assert [(trace_id, trace_id[16:], 0)] * 3 == contexts()


def test_links_the_apps_ids_in_order(lines: Lines) -> None:
    """Ids given after the return tie to the insights by their place."""
    extract("t")
    otel_training.current().link(["abc", 5])

    record, first, second = lines()
    identity = record["training.extraction.id"]
    assert [("abc", identity, 0), ("5", identity, 1)] == [
        (link["training.link.id"], link["training.extraction.id"], link["training.insight.index"])
        for link in (first, second)
    ]


def test_a_call_of_a_model_matches_the_answer_it_gave(lines: Lines) -> None:
    """The call whose output parses to the returned insights has the extraction's digests; a judge's has not."""

    @otel_training.extraction
    def answered(topic: str) -> dict[str, Any]:
        handle = otel_training.current()
        handle.llm_call(
            model="m",
            input="P",
            output='```json\n{"insights": [{"text": "One"}]}\n```',
            input_tokens=3,
            cache_read_tokens=2,
        )
        handle.llm_call(model="judge", input=[{"role": "user", "content": "Q"}], output="8")
        return {"insights": [{"text": "One", "category": None}]}

    answered("t")
    call, judge, record = lines()
    assert record["training.output.texts"] == call["training.output.texts"] != judge["training.output.texts"]
    assert ({"training.input": [{"role": "user", "content": "P"}]}, 3, 2) == (
        {"training.input": call["body"]["training.input"]},
        call["gen_ai.usage.input_tokens"],
        call["gen_ai.usage.cache_read.input_tokens"],
    )
    assert call["training.extraction.id"] == record["training.extraction.id"]


def test_nested_extractions_keep_their_own_handle(lines: Lines) -> None:
    """After an inner extraction the outer one is current again."""

    @otel_training.extraction(task="outer")
    def outer(topic: str) -> list[str]:
        extract(topic)
        otel_training.current().score(1)
        return []

    outer("t")
    inner_record, outer_record = lines()
    assert [9.0, 1.0] == [record["training.quality.score"] for record in (inner_record, outer_record)]


def test_tasks_of_a_gather_do_not_mix(lines: Lines) -> None:
    """Every concurrent extraction has its own score."""

    @otel_training.extraction
    async def extract_slowly(topic: str) -> list[str]:
        await asyncio.sleep(0.001)
        otel_training.current().score(int(topic))
        await asyncio.sleep(0.001)
        return []

    async def many() -> None:
        await asyncio.gather(*(extract_slowly(str(number)) for number in range(20)))

    asyncio.run(many())
    scores = {(record["training.source.topic"], record["training.quality.score"]) for record in lines()}
    assert {(str(number), float(number)) for number in range(20)} == scores


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """Count the warnings that were given."""
    return lambda: len(caplog.records)


def test_what_is_said_of_no_extraction_is_counted(lines: Lines, warnings: Callable[[], int]) -> None:
    """Calls on the handle are allowed anywhere; what they lose is named once and counted."""
    for _ in range(2):
        handle = contextvars.Context().run(otel_training.current)
        handle.score(1)
        handle.passed()
    handle.link(["a", "b"])
    handle.result(["One"])
    handle.llm_call(model="m", input="i", output="o")

    (loss,) = lines()
    assert ("", 1, "unattached", 7) == (
        handle.id, warnings(), loss["training.loss.reason"], loss["training.loss.count"],
    )  # fmt: skip


def test_switched_off_nothing_is_said_of_what_is_not_captured(folder: Any, warnings: Callable[[], int]) -> None:
    """Neither a warning nor a count: there is no extraction to be told."""
    otel_training.configure(enabled=False)
    otel_training.current().score(1)
    otel_training.current([]).score(1)

    assert (0, False) == (warnings(), folder.path.exists())


async def later(topic: str) -> list[str]:
    """Extract in a coroutine, in no time that is the same for two."""
    await asyncio.sleep(0.002 if topic == "slow" else 0.001)
    return [f"About {topic}"]


async def in_gather(function: Any) -> None:
    """Two at once."""
    await asyncio.gather(function("slow"), function("b"))


async def in_task(function: Any) -> None:
    """One, in a task of its own."""
    await asyncio.create_task(function("b"))


async def in_group(function: Any) -> None:
    """Two in a group of tasks."""
    async with asyncio.TaskGroup() as group:
        group.create_task(function("slow"))
        group.create_task(function("b"))


async def in_wait_for(function: Any) -> None:
    """One with a deadline, which is a task of its own up to Python 3.11."""
    await asyncio.wait_for(asyncio.ensure_future(function("b")), 10)


async def in_completed(function: Any) -> None:
    """As they come."""
    for next_one in asyncio.as_completed([function("slow"), function("b")]):
        await next_one


async def in_thread(function: Any) -> None:
    """In a thread with a copy of the context."""
    await asyncio.to_thread(lambda: asyncio.run(function("b")))


WAYS = [in_gather, in_task, in_group, in_wait_for, in_completed, in_thread]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("before", [False, True], ids=["first", "after another"])
def test_a_late_word_reaches_no_other_extraction(
    lines: Lines, warnings: Callable[[], int], way: Any, *, before: bool
) -> None:
    """Where calls ran elsewhere, the last one of this context is not taken for them: a warning says what to do."""
    function = otel_training.extraction(later)

    async def run() -> None:
        if before:
            await function("before")
        await way(function)
        otel_training.current().score(1)
        otel_training.current().passed()

    asyncio.run(run())

    kinds = [record["training.kind"] for record in lines()]
    assert (set(kinds), 1) == ({"extraction", "loss"}, warnings())


def test_a_direct_call_after_others_is_known_again(lines: Lines, warnings: Callable[[], int]) -> None:
    """What ran elsewhere before does not matter."""
    function = otel_training.extraction(later)

    async def run() -> None:
        await function("before")
        await in_gather(function)
        await function("after")
        otel_training.current().score(1)

    asyncio.run(run())

    *_, last, score = lines()
    assert ("after", last["training.extraction.id"], 0) == (
        last["training.source.topic"], score["training.score.target"], warnings(),
    )  # fmt: skip


def test_requests_beside_it_do_not_matter(lines: Lines) -> None:
    """Tasks that are no children of this one leave its last extraction alone."""
    function = otel_training.extraction(later)

    async def request(number: int) -> None:
        await function(str(number))
        await asyncio.sleep(0.001)
        otel_training.current().score(number)

    async def serve() -> None:
        await asyncio.gather(*(request(number) for number in range(8)))

    asyncio.run(serve())

    records = lines()
    topics = {record.get("training.extraction.id"): record.get("training.source.topic") for record in records}
    scores = [record for record in records if record["training.kind"] == "score"]
    assert sorted((topics[each["training.score.target"]], each["training.score.value"]) for each in scores) == [
        (str(number), float(number)) for number in range(8)
    ]
